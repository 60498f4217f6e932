// Errors are values. The code says what to do next; the message what was wrong; the context where.
#pragma once

#include <string>
#include <string_view>

namespace prelabel {

enum class ErrorCode {
  kUnavailable,      // try again later: a peer, a disk or a device is busy or gone
  kInvalidArgument,  // the job, a flag or a file that the user wrote must be changed
  kDataLoss,         // this item is damaged; record it and go on with the others
  kInternal,         // a bug in prelabel or a broken invariant
};

std::string_view ErrorCodeName(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // one sentence: what was wrong and what to do
  std::string context;  // where: file:line:column, an item or a peer; may be empty

  // "context: message", or the message alone.
  std::string ToString() const;
};

Error Unavailable(std::string message, std::string context = {});
Error InvalidArgument(std::string message, std::string context = {});
Error DataLoss(std::string message, std::string context = {});
Error Internal(std::string message, std::string context = {});

}  // namespace prelabel
