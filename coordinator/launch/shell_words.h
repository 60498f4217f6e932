// Command lines for a POSIX shell. Pure.
#pragma once

#include <string>
#include <vector>

namespace prelabel {

// A word as the shell reads it back: plain where that is safe, else in single quotes.
std::string QuoteForShell(const std::string& word);

// Such words with a space between.
std::string ShellLine(const std::vector<std::string>& words);

}  // namespace prelabel
