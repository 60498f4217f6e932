// OpenCV's number of threads is the process's; every adapter asks for the same. Private to
// common/media. Thread-safe.
#pragma once

#include <mutex>
#include <opencv2/core/utility.hpp>

namespace prelabel {

// Worker slots are the parallelism; OpenCV's own threads would fight them.
inline void UseOneThread() {
  static std::once_flag done;
  std::call_once(done, [] { cv::setNumThreads(1); });
}

}  // namespace prelabel
