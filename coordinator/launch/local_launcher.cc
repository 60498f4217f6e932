#include "coordinator/launch/local_launcher.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollInterval{10};
constexpr int kUsageStatus = 2;  // worker/main.cc

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
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

// What the child reads from its standard input; a pipe holds it all, so that nobody waits.
Result<int> OpenInput(const std::string& text) {
  static_assert(PIPE_BUF >= 4096);
  if (text.size() > PIPE_BUF) return Internal("too much for a worker's standard input");
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Unavailable(std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  const Descriptor in(ends[1]);
  if (write(in.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    close(ends[0]);
    return Unavailable(std::string("cannot write to a pipe: ") + std::strerror(errno));
  }
  return ends[0];
}

}  // namespace

Result<fs::path> FindSiblingProgram(const std::string& name) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return Internal("cannot read /proc/self/exe: " + error.message());
  const fs::path program = self.parent_path() / name;
  if (access(program.c_str(), X_OK) != 0) {
    return InvalidArgument(std::string(std::strerror(errno)) + "; install or build it next to " +
                               self.filename().string(),
                           program.string());
  }
  return program;
}

LocalLauncher::LocalLauncher(LaunchOptions options) : options_(std::move(options)) {}

LocalLauncher::~LocalLauncher() { LocalLauncher::Terminate(std::chrono::milliseconds(0)); }

Result<void> LocalLauncher::Start(int count) {
  for (int i = 0; i < count; ++i) {
    PRELABEL_TRY(StartOne());
  }
  return outcome::success();
}

Result<void> LocalLauncher::StartOne() {
  Worker worker;
  worker.number = started_ + 1;
  worker.log = options_.log_dir / ("worker-" + std::to_string(worker.number) + ".log");
  Descriptor log(open(worker.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (log.get() < 0) {
    return InvalidArgument(std::string("cannot open the worker's log: ") + std::strerror(errno),
                           worker.log.string());
  }
  PRELABEL_TRY(const int input_end, OpenInput(options_.input));
  Descriptor input(input_end);
  // Closed by a successful exec; otherwise it brings the reason.
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Unavailable(std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  Descriptor report(ends[0]);
  Descriptor report_in_child(ends[1]);

  const std::string program = options_.program.string();
  std::vector<std::string> texts{program};
  texts.insert(texts.end(), options_.arguments.begin(), options_.arguments.end());
  if (!options_.id_flag.empty()) {
    texts.insert(texts.end(), {options_.id_flag, std::to_string(worker.number)});
  }
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);

  const pid_t parent = getpid();
  worker.pid = fork();
  if (worker.pid < 0) {
    return Unavailable(std::string("cannot start a worker process: ") + std::strerror(errno));
  }
  if (worker.pid == 0) {
    BecomeWorker(program.c_str(), arguments.data(), input.get(), log.get(), report_in_child.get(),
                 parent);
  }
  setpgid(worker.pid, worker.pid);  // here too: Terminate must find the group at once
  report_in_child.Close();
  int error = 0;
  ssize_t n = 0;
  do {
    n = read(report.get(), &error, sizeof(error));
  } while (n < 0 && errno == EINTR);
  if (n == sizeof(error)) {
    waitpid(worker.pid, nullptr, 0);
    return InvalidArgument(std::string("cannot start the worker program: ") + std::strerror(error),
                           program);
  }
  ++started_;
  running_.push_back(std::move(worker));
  return outcome::success();
}

void LocalLauncher::Submit(int count) {
  const int before = started_;
  if (const Result<void> started = Start(count); !started) {
    news_.refused.push_back(started.error());
  }
  news_.accepted += started_ - before;
}

LauncherNews LocalLauncher::Poll(TimePoint /*now*/) {
  LauncherNews news = std::exchange(news_, {});
  news.ended = Reap();
  return news;
}

std::vector<Allocation> LocalLauncher::Allocations() const {
  std::vector<Allocation> all;
  for (const Worker& worker : running_) all.push_back({std::to_string(worker.number), true});
  return all;
}

void LocalLauncher::Cancel(const std::vector<std::string>& ids) {
  for (const Worker& worker : running_) {
    if (std::find(ids.begin(), ids.end(), std::to_string(worker.number)) != ids.end()) {
      kill(-worker.pid, SIGTERM);
    }
  }
}

std::vector<EndedAllocation> LocalLauncher::Reap() {
  std::vector<EndedAllocation> exited;
  std::erase_if(running_, [&](const Worker& worker) {
    int status = 0;
    // Of this worker alone: other children of the process are not ours to reap.
    const pid_t pid = waitpid(worker.pid, &status, WNOHANG);
    if (pid == 0 || (pid < 0 && errno == EINTR)) return false;
    const bool known = pid == worker.pid;
    const int code = known && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    const AllocationEnd ending = code == 0              ? AllocationEnd::kLeft
                                 : code == kUsageStatus ? AllocationEnd::kUnusable
                                                        : AllocationEnd::kFailed;
    exited.push_back({std::to_string(worker.number), ending,
                      known ? DescribeStatus(status) : "ended", worker.log,
                      static_cast<std::uint64_t>(worker.pid)});
    return true;
  });
  return exited;
}

void LocalLauncher::Signal(int signal) const {
  for (const Worker& worker : running_) kill(-worker.pid, signal);
}

std::vector<EndedAllocation> LocalLauncher::Terminate(std::chrono::milliseconds grace) {
  std::vector<EndedAllocation> exited = Reap();
  const auto collect = [&] {
    for (EndedAllocation& worker : Reap()) exited.push_back(std::move(worker));
  };
  if (grace.count() > 0) {
    Signal(SIGTERM);
    const auto deadline = steady_clock::now() + grace;
    while (collect(), !running_.empty() && steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kPollInterval);
    }
  }
  Signal(SIGKILL);
  while (collect(), !running_.empty()) std::this_thread::sleep_for(kPollInterval);
  std::sort(exited.begin(), exited.end(),
            [](const auto& a, const auto& b) { return std::stoi(a.id) < std::stoi(b.id); });
  return exited;
}

}  // namespace prelabel
