// The adapter of CLI11: a declared command line as a value.
#pragma once

#include <CLI/CLI.hpp>

#include "common/command_line/command_tree.h"

namespace prelabel {

// Names of values say what they are: DIR is a folder; FILE and PATH are files; what CLI::IsMember
// checks is a choice.
Command ReadCommandTree(const CLI::App& app);

}  // namespace prelabel
