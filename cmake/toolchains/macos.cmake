# macOS, by Zig's clang, which brings the headers and stubs of Apple's libraries: compiles and links, cannot be run.
# OUTBOARD_ZIG is the zig program, OUTBOARD_MACOS_CPU aarch64 or x86_64.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR ${OUTBOARD_MACOS_CPU})
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES OUTBOARD_ZIG OUTBOARD_MACOS_CPU)
# CMake wants one word per tool. What Zig builds of its own libraries stays beside it.
cmake_path(GET OUTBOARD_ZIG PARENT_PATH beside_zig)
set(tools ${CMAKE_BINARY_DIR}/zig-tools)
foreach(tool "cc:cc -target ${OUTBOARD_MACOS_CPU}-macos" "c++:c++ -target ${OUTBOARD_MACOS_CPU}-macos" "ar:ar"
    "ranlib:ranlib")
  string(REGEX MATCH "^[^:]*" name ${tool})
  string(REGEX REPLACE "^[^:]*:" "" command ${tool})
  file(CONFIGURE OUTPUT ${tools}/${name} CONTENT "#!/bin/sh\nexport ZIG_GLOBAL_CACHE_DIR='${beside_zig}/cache' ZIG_LOCAL_CACHE_DIR='${beside_zig}/cache'\nexec '${OUTBOARD_ZIG}' ${command} \"$@\"\n" @ONLY)
  file(CHMOD ${tools}/${name} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endforeach()
set(CMAKE_C_COMPILER ${tools}/cc)
set(CMAKE_CXX_COMPILER ${tools}/c++)
set(CMAKE_AR ${tools}/ar)
set(CMAKE_RANLIB ${tools}/ranlib)
set(CMAKE_OSX_SYSROOT "" CACHE STRING "Zig knows where its own is")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)  # Zig makes none
