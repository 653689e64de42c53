# find_package(Outboard): targets outboard::ipc and outboard::scripting.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/OutboardTargets.cmake)
