#include "common/wire/zap_handler.h"

#include <optional>

#include "common/wire/curve_keys.h"

namespace prelabel {

std::vector<std::string> AnswerZapRequest(const std::vector<std::string>& request,
                                          std::string_view domain, Authorizer& authorizer) {
  constexpr std::size_t kFrames = 7;
  if (request.size() < 2) return {};
  std::optional<std::string> user;
  const bool well_formed = request.size() == kFrames && request[0] == "1.0" &&
                           request[2] == domain && request[5] == "CURVE";
  if (well_formed) {
    const std::string key = EncodeCurveKey(request[6]);
    if (!key.empty()) user = authorizer.UserOf(key);
  }
  // A user without a name could not be told from one that was never asked for.
  if (!user || user->empty()) return {"1.0", request[1], "400", "this key is not allowed", "", ""};
  return {"1.0", request[1], "200", "OK", *user, ""};
}

}  // namespace prelabel
