// Completions of a command line for shells, generated from its declaration. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/command_line/command_tree.h"

namespace prelabel {

// To be sourced, or to be put where the shell looks for completions of a program.
std::string BashCompletion(const Command& root);
std::string ZshCompletion(const Command& root);
std::string FishCompletion(const Command& root);

std::vector<std::string> CompletionShells();  // bash, zsh, fish

// InvalidArgument: another shell.
Result<std::string> Completion(const Command& root, const std::string& shell);

}  // namespace prelabel
