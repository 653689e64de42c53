// Report: results as a table and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "hop/condition.h"
#include "hop/runner.h"

namespace outboard::bench {

void print_table(const Condition& condition, const std::vector<Result>& results);
[[nodiscard]] nlohmann::ordered_json to_json(const Condition& condition, const std::vector<Result>& results);

}  // namespace outboard::bench
