# How every target of the house is built: the language, the warnings, the sanitizers, where executables go.
include(GNUInstallDirs)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
find_package(Threads REQUIRED)

add_library(outboard_warnings INTERFACE)
target_compile_options(outboard_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror)
if(OUTBOARD_SANITIZE)
  add_compile_options(-fsanitize=${OUTBOARD_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${OUTBOARD_SANITIZE})
endif()

# outboard_floor(NAME SOURCES... BELOW floor): a static library outboard_NAME, alias outboard::NAME, that may
# include its own folder's headers and those of the floors below it.
function(outboard_floor name)
  cmake_parse_arguments(arg "" "BELOW" "SOURCES" ${ARGN})
  add_library(outboard_${name} STATIC ${arg_SOURCES})
  add_library(outboard::${name} ALIAS outboard_${name})
  # A floor sees a folder that holds links to its own and the lower floors' headers only, so that a wrong include
  # does not compile.
  set(view ${CMAKE_BINARY_DIR}/floors/${name})
  set(line app ui audio scripting ipc)
  list(FIND line ${name} at)
  list(SUBLIST line ${at} -1 visible)
  file(MAKE_DIRECTORY ${view})
  foreach(floor IN LISTS visible)
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${floor} ${view}/${floor} SYMBOLIC)
  endforeach()
  target_include_directories(outboard_${name} PUBLIC $<BUILD_INTERFACE:${view}>)
  target_link_libraries(outboard_${name} PRIVATE $<BUILD_INTERFACE:outboard_warnings>)
  if(arg_BELOW)
    target_link_libraries(outboard_${name} PUBLIC outboard_${arg_BELOW})
  endif()
endfunction()

# Tests are built often and run once: what they test is optimized, they are not.
set(OUTBOARD_TEST_OPTIONS -O0 $<$<NOT:$<CONFIG:Debug>>:-g1>)

# GoogleTest's headers, read once for all tests.
function(outboard_test_headers)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/test_headers.cpp CONTENT "int main() {}\n")
  add_executable(outboard_test_headers EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/test_headers.cpp)
  target_compile_options(outboard_test_headers PRIVATE ${OUTBOARD_TEST_OPTIONS})
  target_link_libraries(outboard_test_headers PRIVATE GTest::gtest GTest::gmock Threads::Threads outboard_warnings)
  target_precompile_headers(outboard_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
endfunction()

# outboard_test(NAME SOURCES... LINK targets... HEADERS precompiled...): a GoogleTest executable, each test known to ctest.
# Each runs alone, as most of them keep to a clock, unless it is PARALLEL: nothing in it depends on
# being in time.
function(outboard_test name)
  cmake_parse_arguments(arg "PARALLEL" "TIMEOUT" "SOURCES;LINK;LABELS;HEADERS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_compile_options(${name} PRIVATE ${OUTBOARD_TEST_OPTIONS})
  if(arg_HEADERS)
    target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  elseif(NOT arg_LINK MATCHES "::|outboard_app")  # flags that other libraries bring along do not fit the shared ones
    if(NOT TARGET outboard_test_headers)
      outboard_test_headers()
    endif()
    target_precompile_headers(${name} REUSE_FROM outboard_test_headers)
  endif()
  if(NOT TARGET outboard_tests)
    add_custom_target(outboard_tests)
  endif()
  add_dependencies(outboard_tests ${name})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gtest GTest::gmock GTest::gtest_main outboard_warnings)
  include(GoogleTest)
  set(properties TIMEOUT ${arg_TIMEOUT})
  if(NOT arg_PARALLEL)
    list(APPEND properties RUN_SERIAL ON)
  endif()
  if(arg_LABELS)  # an empty value would take the next name for its own
    list(APPEND properties LABELS ${arg_LABELS})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
endfunction()
