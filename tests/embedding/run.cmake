# Installs what other projects need into a folder of the build tree, builds the project beside this file with it, runs it and
# compares what it prints.
#     cmake -DBUILD=… -DSOURCE=… -DCOMPILER=… -DSCRIPT=… -P run.cmake
set(prefix ${BUILD}/embedding/prefix)
set(project ${BUILD}/embedding/project)
file(REMOVE_RECURSE ${prefix} ${project})
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN} failed:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()
foreach(component development scripting)
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component ${component})
endforeach()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${project} -G Ninja -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${COMPILER})
run(${CMAKE_COMMAND} --build ${project})
run(${project}/embedding ${prefix}/libexec/outboard/outboard-script ${prefix}/share/outboard/python
    ${prefix}/share/outboard/factory/chords.py)
set(expected "69 90 60 100\n69 90 64 100\n69 90 67 100\n519 80 60 64\n519 80 64 64\n519 80 67 64\n")
if(NOT output STREQUAL expected)
  message(FATAL_ERROR "the embedded script said\n${output}instead of\n${expected}")
endif()
