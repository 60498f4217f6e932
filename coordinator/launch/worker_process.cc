#include "coordinator/launch/worker_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <utility>

namespace prelabel {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int Release() { return std::exchange(value_, -1); }
  void Close() {
    if (value_ >= 0) close(value_);
    value_ = -1;
  }

 private:
  int value_;
};

std::string DescribeStatus(int status) {
  if (WIFEXITED(status)) return "exited with status " + std::to_string(WEXITSTATUS(status));
  if (!WIFSIGNALED(status)) return "ended";
  const int signal = WTERMSIG(status);
  std::string text = "was killed by signal " + std::to_string(signal) + " (" + strsignal(signal) +
                     ")";  // NOLINT(concurrency-mt-unsafe)
  if (signal == SIGKILL) text += "; the kernel does that when memory runs out";
  return text;
}

// In the child, between fork and exec: only calls that are safe there (signal-safety(7)).
// Does not return. On failure errno goes into `report`.
[[noreturn]] void BecomeWorker(const char* program, char* const* arguments, int input, int log,
                               int report, pid_t parent) {
  setpgid(0, 0);
  // posix_spawn has no way to say this, hence fork.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it died before the line above
  // The coordinator may block or ignore signals; both would be inherited.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) {
    std::signal(signal, SIG_DFL);
  }
  dup2(input, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(program, arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(report, &error, sizeof(error));
  _exit(127);
}

Result<std::array<int, 2>> OpenPipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) == 0) return ends;
  return Unavailable(std::string("cannot make a pipe: ") + std::strerror(errno));
}

}  // namespace

Result<WorkerProcess> WorkerProcess::Start(const ProcessOptions& options) {
  Descriptor log(open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (log.get() < 0) {
    return InvalidArgument(std::string("cannot open the worker's log: ") + std::strerror(errno),
                           options.log.string());
  }
  // A pipe holds all of its input, so that nobody waits.
  static_assert(PIPE_BUF >= 4096);
  if (options.input.size() > PIPE_BUF) return Internal("too much for a worker's standard input");
  PRELABEL_TRY(const auto input_ends, OpenPipe());
  Descriptor input(input_ends[0]);
  Descriptor input_here(input_ends[1]);
  if (write(input_here.get(), options.input.data(), options.input.size()) !=
      static_cast<ssize_t>(options.input.size())) {
    return Unavailable(std::string("cannot write to a pipe: ") + std::strerror(errno));
  }
  if (!options.hold_input) input_here.Close();
  // Closed by a successful exec; otherwise it brings the reason.
  PRELABEL_TRY(const auto report_ends, OpenPipe());
  Descriptor report(report_ends[0]);
  Descriptor report_in_child(report_ends[1]);

  const std::string program = options.program.string();
  std::vector<std::string> texts{program};
  texts.insert(texts.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);

  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    return Unavailable(std::string("cannot start a worker process: ") + std::strerror(errno));
  }
  if (pid == 0) {
    BecomeWorker(program.c_str(), arguments.data(), input.get(), log.get(), report_in_child.get(),
                 parent);
  }
  setpgid(pid, pid);  // here too: Signal must find the group at once
  report_in_child.Close();
  int error = 0;
  ssize_t n = 0;
  do {
    n = read(report.get(), &error, sizeof(error));
  } while (n < 0 && errno == EINTR);
  if (n == sizeof(error)) {
    waitpid(pid, nullptr, 0);
    return InvalidArgument(std::string("cannot start the worker program: ") + std::strerror(error),
                           program);
  }
  return WorkerProcess(pid, input_here.Release());
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), input_(std::exchange(other.input_, -1)) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(input_, other.input_);
  return *this;
}

WorkerProcess::~WorkerProcess() {
  CloseInput();
  if (pid_ == 0) return;
  Signal(SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<WorkerProcess::Exit> WorkerProcess::Poll() {
  if (pid_ == 0) return std::nullopt;
  int status = 0;
  // Of this process alone: other children are not ours to reap.
  const pid_t pid = waitpid(pid_, &status, WNOHANG);
  if (pid == 0 || (pid < 0 && errno == EINTR)) return std::nullopt;
  const bool known = pid == pid_;
  pid_ = 0;
  CloseInput();
  if (!known) return Exit{-1, "ended"};
  return Exit{WIFEXITED(status) ? WEXITSTATUS(status) : -1, DescribeStatus(status)};
}

void WorkerProcess::Signal(int signal) const {
  if (pid_ != 0) kill(-pid_, signal);
}

void WorkerProcess::CloseInput() {
  if (input_ >= 0) close(std::exchange(input_, -1));
}

}  // namespace prelabel
