#include "coordinator/cli/model_command.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "coordinator/launch/local_launcher.h"

namespace prelabel {

Error BecomeModelCheck(const std::vector<std::string>& arguments) {
  const auto program = FindSiblingProgram("prelabel-worker");
  if (!program) return program.error();
  std::vector<std::string> words{program.value().string(), "check"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(pointers.front(), pointers.data());
  return Internal(std::string("cannot be started: ") + std::strerror(errno), words.front());
}

}  // namespace prelabel
