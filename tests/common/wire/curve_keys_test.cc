#include "common/wire/curve_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace prelabel {
namespace {

// The pair of libzmq's own documentation, zmq_curve(7).
constexpr const char* kServerPublic = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
constexpr const char* kServerSecret = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";

TEST(CurveKeys, ThePublicKeyFollowsFromTheSecretOne) {
  const auto pair = PairOfSecretKey(kServerSecret);
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair.value().public_key, kServerPublic);
  EXPECT_FALSE(PairOfSecretKey("short").has_value());
}

TEST(CurveKeys, NewPairsDiffer) {
  const auto one = MakeCurveKeyPair();
  const auto two = MakeCurveKeyPair();
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_NE(one.value().secret_key, two.value().secret_key);
  EXPECT_EQ(PairOfSecretKey(one.value().secret_key).value().public_key, one.value().public_key);
}

TEST(CurveKeys, EncodesTheBytesOfAZapRequest) {
  // The server key of zmq_curve(7) as bytes, by a Python script after RFC 32's table.
  const std::string bytes(
      "\x54\xFC\xBA\x24\xE9\x32\x49\x96\x93\x16\xFB\x61\x7C\x87\x2B\xB0"
      "\xC1\xD1\xFF\x14\x80\x04\x27\xC5\x94\xCB\xFA\xCF\x1B\xC2\xD6\x52",
      32);
  EXPECT_EQ(EncodeCurveKey(bytes), kServerPublic);
  EXPECT_EQ(EncodeCurveKey(bytes.substr(1)), "");
}

TEST(CurveKeys, ReadsWhatItWrites) {
  const auto keys = ParseKeyText(FormatKeyText("about", {kServerPublic, kServerSecret}));
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(keys.value().public_key, kServerPublic);
  EXPECT_EQ(keys.value().secret_key, kServerSecret);
}

TEST(CurveKeys, IsStrictAboutTheText) {
  const std::string label = "public-key: ";
  const std::string line = label + kServerPublic + "\n";
  EXPECT_TRUE(ParseKeyText(line).has_value());
  EXPECT_TRUE(ParseKeyText("# about\n" + line).has_value());
  const std::vector<std::string> wrong = {
      "", "# nothing\n", kServerPublic, line + line, line + "\n", " " + line, line + "more\n",
      label + kServerPublic + " \n", label + kServerPublic + "\r\n", "public-key:\n",
      label + std::string(40, ' ') + "\n", label + std::string(40, '\0') + "\n",
      // Five digits of 84 are more than four bytes hold.
      label + std::string(40, '#') + "\n"};
  for (const std::string& bad : wrong) {
    EXPECT_FALSE(ParseKeyText(bad).has_value()) << bad;
  }
}

TEST(CurveKeys, AWorkersKeysAreOneText) {
  const WorkerKeys keys{PairOfSecretKey(kServerSecret).value(),
                        "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"};
  const auto read = ParseWorkerKeys(FormatWorkerKeys(keys));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read.value().own.secret_key, kServerSecret);
  EXPECT_EQ(read.value().own.public_key, kServerPublic);
  EXPECT_EQ(read.value().coordinator_key, keys.coordinator_key);
  EXPECT_FALSE(ParseWorkerKeys(FormatKeyText("half", {kServerPublic, {}})).has_value());
}

}  // namespace
}  // namespace prelabel
