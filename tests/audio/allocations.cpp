#include "allocations.h"

#include <cerrno>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OUTBOARD_SANITIZER_HOOKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OUTBOARD_SANITIZER_HOOKS 1
#endif
#endif

namespace {

struct Counters {
    bool on = false;
    std::uint64_t count = 0, frees = 0;
    std::size_t largest = 0;
};
thread_local Counters counters;

void saw_malloc(std::size_t size) {
    if (counters.on) {
        ++counters.count;
        counters.largest = size > counters.largest ? size : counters.largest;
    }
}

void saw_free(const volatile void* memory) {
    counters.frees += counters.on && memory != nullptr ? 1 : 0;
}

}  // namespace

#ifdef OUTBOARD_SANITIZER_HOOKS

// A sanitizer has a malloc of its own and tells of every call.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                                         void (*)(const volatile void*));

namespace {
const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t size) { saw_malloc(size); }, [](const volatile void* p) { saw_free(p); });
}  // namespace

#else

// The executable's malloc comes before the C library's, for every library in the process.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);

void* malloc(std::size_t size) {
    saw_malloc(size);
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    saw_malloc(count * size);
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    saw_malloc(size);
    return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    saw_malloc(size);
    return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    *memory = memalign(alignment, size);
    return *memory != nullptr ? 0 : ENOMEM;
}
void free(void* memory) {
    saw_free(memory);
    __libc_free(memory);
}
}

#endif

namespace outboard::audio::allocations {

Scope::Scope() {
    counters = Counters{};
    counters.on = true;
}
Scope::~Scope() {
    counters.on = false;
}
std::uint64_t Scope::count() const {
    return counters.count;
}
std::uint64_t Scope::frees() const {
    return counters.frees;
}
std::size_t Scope::largest() const {
    return counters.largest;
}

}  // namespace outboard::audio::allocations
