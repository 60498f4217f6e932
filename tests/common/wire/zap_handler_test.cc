// Frames as RFC 27 (https://rfc.zeromq.org/spec/27) lays them out.
#include "common/wire/zap_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OneKey : public Authorizer {
 public:
  explicit OneKey(std::string user) : user_(std::move(user)) {}
  std::optional<std::string> UserOf(const std::string& key) override {
    // zmq_curve(7)'s server key, whose bytes are kKey.
    if (key == "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7") return user_;
    return std::nullopt;
  }
  bool Allows(const std::string& /*user*/) override { return false; }

 private:
  std::string user_;
};

const std::string kKey(
    "\x54\xFC\xBA\x24\xE9\x32\x49\x96\x93\x16\xFB\x61\x7C\x87\x2B\xB0"
    "\xC1\xD1\xFF\x14\x80\x04\x27\xC5\x94\xCB\xFA\xCF\x1B\xC2\xD6\x52",
    32);
using Frames = std::vector<std::string>;
const Frames kGood{"1.0", "id", "prelabel", "10.0.0.7", "", "CURVE", kKey};

Frames Answer(const Frames& request, const std::string& user = "gpu1") {
  OneKey authorizer(user);
  return AnswerZapRequest(request, "prelabel", authorizer);
}

TEST(ZapHandler, LetsAKnownKeyInUnderItsUser) {
  EXPECT_THAT(Answer(kGood), ElementsAre("1.0", "id", "200", "OK", "gpu1", ""));
}

TEST(ZapHandler, RefusesEverythingElse) {
  const auto refused = ElementsAre("1.0", "id", "400", testing::_, "", "");
  const auto with = [](std::size_t frame, const std::string& text) {
    Frames request = kGood;
    request[frame] = text;
    return request;
  };
  EXPECT_THAT(Answer(with(0, "2.0")), refused);
  EXPECT_THAT(Answer(with(2, "global")), refused);
  EXPECT_THAT(Answer(with(5, "NULL")), refused);
  EXPECT_THAT(Answer(with(5, "PLAIN")), refused);
  EXPECT_THAT(Answer(with(6, std::string(32, 'x'))), refused);
  EXPECT_THAT(Answer(with(6, kKey.substr(1))), refused);
  EXPECT_THAT(Answer(with(6, "")), refused);
  EXPECT_THAT(Answer(Frames(kGood.begin(), kGood.end() - 1)), refused);
  Frames longer = kGood;
  longer.push_back("more");
  EXPECT_THAT(Answer(longer), refused);
  EXPECT_THAT(Answer(kGood, ""), refused);
}

TEST(ZapHandler, DoesNotAnswerWhatHasNoId) {
  EXPECT_THAT(Answer({}), IsEmpty());
  EXPECT_THAT(Answer({"1.0"}), IsEmpty());
}

}  // namespace
}  // namespace prelabel
