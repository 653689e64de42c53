#include "hop/control_page.h"

#include "hop/end.h"

namespace outboard::bench {

ControlPage& childs_control_page() {
    static const MappedControlPage page{ipc::Descriptor(control_page_descriptor)};
    return *page;
}

}  // namespace outboard::bench
