#include "coordinator/launch/command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace prelabel {
namespace {

constexpr Duration kLongest = std::chrono::minutes(1);
constexpr std::size_t kMostText = std::size_t{128} << 20;  // kubectl: 5 KB a pod

// A file in memory: unlike a pipe it is never full, so that neither side waits.
int MemoryFile() { return memfd_create("prelabel-command", MFD_CLOEXEC); }

std::string ReadAll(int file) {
  std::string text;
  std::array<char, 65536> part{};
  ssize_t n = 0;
  while (text.size() < kMostText &&
         (n = pread(file, part.data(), part.size(), static_cast<off_t>(text.size()))) > 0) {
    text.append(part.data(), static_cast<std::size_t>(n));
  }
  return text;
}

std::string WithoutLastNewlines(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

Result<std::unique_ptr<Command>> Command::Start(const std::vector<std::string>& words,
                                                const std::string& input, TimePoint now) {
  std::unique_ptr<Command> command(new Command(words.front(), now + kLongest));
  const int in = MemoryFile();
  command->output_ = MemoryFile();
  command->errors_ = MemoryFile();
  const auto size = static_cast<ssize_t>(input.size());
  if (in < 0 || command->output_ < 0 || command->errors_ < 0 ||
      write(in, input.data(), input.size()) != size || lseek(in, 0, SEEK_SET) != 0) {
    const std::string reason = std::strerror(errno);
    if (in >= 0) close(in);
    return Unavailable("cannot start " + words.front() + ": " + reason);
  }
  std::vector<std::string> texts = words;
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, command->output_, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, command->errors_, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) sigaddset(&signals, signal);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const int error = posix_spawnp(&command->pid_, arguments.front(), &files, &attributes,
                                 arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  close(in);
  if (error == 0) return command;
  command->pid_ = -1;
  const std::string text = "cannot start " + words.front() + ": " + std::strerror(error);
  if (error == ENOENT || error == EACCES) return InvalidArgument(text);
  return Unavailable(text);
}

Command::~Command() {
  if (pid_ > 0) {
    kill(-pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (output_ >= 0) close(output_);
  if (errors_ >= 0) close(errors_);
}

std::optional<CommandOutcome> Command::Poll(TimePoint now) {
  if (pid_ < 0) return std::nullopt;
  int status = 0;
  const pid_t ended = waitpid(pid_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) {
    if (now >= deadline_) kill(-pid_, SIGKILL);
    return std::nullopt;
  }
  pid_ = -1;
  CommandOutcome outcome;
  outcome.ok = ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  outcome.output = ReadAll(output_);
  if (outcome.ok) return outcome;
  const std::string said = WithoutLastNewlines(ReadAll(errors_));
  if (now >= deadline_) {
    outcome.reason = name_ + " did not answer within a minute";
  } else if (!said.empty()) {
    outcome.reason = said;
  } else if (WIFSIGNALED(status)) {
    outcome.reason = name_ + " was killed by signal " + std::to_string(WTERMSIG(status));
  } else {
    outcome.reason = name_ + " exited with status " + std::to_string(WEXITSTATUS(status));
  }
  return outcome;
}

void Command::Wait(Duration longest) {
  const MonotonicClock clock;
  const TimePoint end = clock.Now() + longest;
  while (pid_ > 0 && !Poll(clock.Now()) && clock.Now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace prelabel
