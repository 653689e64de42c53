"""A RealtimeKit for tests: says "ready", then what it is asked for; refuses the priority 13."""

import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = "org.freedesktop.RealtimeKit1"


class Kit(dbus.service.Object):
    @dbus.service.method(NAME, in_signature="ttu")
    def MakeThreadRealtimeWithPID(self, process: int, thread: int, priority: int) -> None:
        print(process, thread, priority, flush=True)
        if priority == 13:
            raise dbus.exceptions.DBusException("not you", name="org.freedesktop.DBus.Error.AccessDenied")

    @dbus.service.method("org.freedesktop.DBus.Properties", in_signature="ss", out_signature="v")
    def Get(self, interface: str, name: str) -> dbus.Int32:
        if name != "MaxRealtimePriority":
            raise dbus.exceptions.DBusException(name, name="org.freedesktop.DBus.Error.UnknownProperty")
        return dbus.Int32(20, variant_level=1)


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.bus.BusConnection(sys.argv[1])
held = dbus.service.BusName(NAME, bus)
kit = Kit(bus, "/org/freedesktop/RealtimeKit1")
loop = GLib.MainLoop()
bus.call_on_disconnection(lambda connection: loop.quit())
print("ready", flush=True)
loop.run()
