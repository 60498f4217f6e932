// Runs programs beside a benchmark: a child's standard input and output are pipes of this process.
// Not thread-safe.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace prelabel::bench {

class ChildProcess {
 public:
  // `command`: the program's path and its arguments. Ends this process where that is impossible.
  explicit ChildProcess(const std::vector<std::string>& command);
  // Waits for the child; kills it first where Wait was not called.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The next line of the child's output without its end, or nothing after the last.
  std::optional<std::string> ReadLine();
  void Write(const std::string& text) const;
  // The exit status, 128 + signal where one ended it. Reads the rest of the output first.
  int Wait();
  // -1 after Wait.
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int to_child_ = -1;
  int from_child_ = -1;
  std::string buffer_;
};

// The path of the running program.
std::string OwnPath();

// A new empty folder below the working directory (and so on the disk that runs would use, which a
// temporary folder in memory is not). Removed with the object.
class WorkFolder {
 public:
  explicit WorkFolder(const std::string& name);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  std::string File(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

double Median(std::vector<double> values);

}  // namespace prelabel::bench
