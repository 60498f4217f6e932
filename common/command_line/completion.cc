#include "common/command_line/completion.h"

namespace prelabel {

std::vector<std::string> CompletionShells() { return {"bash", "zsh", "fish"}; }

Result<std::string> Completion(const Command& root, const std::string& shell) {
  if (shell == "bash") return BashCompletion(root);
  if (shell == "zsh") return ZshCompletion(root);
  if (shell == "fish") return FishCompletion(root);
  return InvalidArgument("there are completions for bash, zsh and fish", shell);
}

}  // namespace prelabel
