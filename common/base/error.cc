#include "common/base/error.h"

#include <utility>

namespace prelabel {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kInvalidArgument:
      return "invalid argument";
    case ErrorCode::kDataLoss:
      return "data loss";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "unknown";
}

std::string Error::ToString() const { return context.empty() ? message : context + ": " + message; }

Error Unavailable(std::string message, std::string context) {
  return {ErrorCode::kUnavailable, std::move(message), std::move(context)};
}
Error InvalidArgument(std::string message, std::string context) {
  return {ErrorCode::kInvalidArgument, std::move(message), std::move(context)};
}
Error DataLoss(std::string message, std::string context) {
  return {ErrorCode::kDataLoss, std::move(message), std::move(context)};
}
Error Internal(std::string message, std::string context) {
  return {ErrorCode::kInternal, std::move(message), std::move(context)};
}

}  // namespace prelabel
