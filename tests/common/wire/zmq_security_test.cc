// CURVE over loopback: who gets in, who is told what, who is thrown out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "common/wire/allow_list.h"
#include "common/wire/key_files.h"
#include "common/wire/zmq_transport.h"
#include "tests/common/wire/temporary_keys.h"
#include "tests/support/fake_clock.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds kPatience{60};  // ends a wait for what never happens

class ZmqSecurityTest : public testing::Test {
 protected:
  ZmqSecurityTest() {
    for (const char* name : {"one", "two"}) EXPECT_TRUE(GenerateKeys(keys_.path(), name));
    auto list = AllowList::Open({AllowListFolder(keys_.path()), {}, {}}, clock_);
    auto bound = BindCoordinator(
        "tcp://127.0.0.1:0",
        ServerSecurity{LoadCoordinatorKeys(keys_.path()).value(), std::move(list).value()});
    EXPECT_TRUE(bound.has_value()) << bound.error().ToString();
    coordinator_ = std::move(bound.value().transport);
    endpoint_ = bound.value().endpoint;
  }

  WorkerKeys KeysOf(const std::string& name) const { return LoadWorkerKeys(keys_ / name).value(); }

  std::unique_ptr<Transport> Connect(const std::optional<WorkerKeys>& keys) {
    auto worker = ConnectWorker(endpoint_, keys,
                                [this](const std::string& text) { trouble_.push_back(text); });
    EXPECT_TRUE(worker.has_value());
    return std::move(worker).value();
  }

  // Both sides live on this thread; handshakes need the coordinator's Wait.
  template <class Done>
  bool RunUntil(Transport& worker, const Done& done) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
      coordinator_->Wait(milliseconds(5));
      while (auto message = coordinator_->Receive()) arrived_.push_back(std::move(*message));
      worker.Wait(milliseconds(5));
      while (auto message = worker.Receive()) answers_.push_back(message->bytes);
      if (done()) return true;
    }
    return false;
  }
  bool RunUntilArrived(Transport& worker, std::size_t count) {
    return RunUntil(worker, [&] { return arrived_.size() >= count; });
  }
  // Refused twice, so that a message would have had its chance.
  bool RunUntilRefused(Transport& worker) {
    return RunUntil(worker, [&] { return trouble_.size() >= 2; });
  }

  TemporaryKeys keys_;
  FakeClock clock_;
  std::unique_ptr<Transport> coordinator_;
  std::string endpoint_;
  std::vector<std::string> trouble_;
  std::vector<Received> arrived_;
  std::vector<std::string> answers_;
};

TEST_F(ZmqSecurityTest, AnAllowedKeyTalksUnderItsUser) {
  const auto worker = Connect(KeysOf("one"));
  const std::string large(3 << 20, 'x');
  worker->Send({}, large);
  ASSERT_TRUE(RunUntilArrived(*worker, 1));
  EXPECT_EQ(arrived_[0].bytes, large);
  EXPECT_EQ(arrived_[0].user_id, "one/" + KeysOf("one").own.public_key);
  EXPECT_EQ(coordinator_->Send(arrived_[0].peer, "back"), SendStatus::kSent);
  ASSERT_TRUE(RunUntil(*worker, [&] { return !answers_.empty(); }));
  EXPECT_EQ(answers_[0], "back");
  EXPECT_THAT(trouble_, testing::IsEmpty());
}

TEST_F(ZmqSecurityTest, TwoWorkersAreToldApart) {
  const auto one = Connect(KeysOf("one"));
  const auto two = Connect(KeysOf("two"));
  one->Send({}, "from one");
  two->Send({}, "from two");
  ASSERT_TRUE(RunUntilArrived(*one, 2));
  for (const Received& message : arrived_) {
    EXPECT_THAT(message.user_id, testing::StartsWith(message.bytes.substr(5) + "/"));
  }
  EXPECT_NE(arrived_[0].peer, arrived_[1].peer);
}

TEST_F(ZmqSecurityTest, AnUnknownKeyIsRefusedAndToldSo) {
  WorkerKeys stranger = KeysOf("one");
  stranger.own = MakeCurveKeyPair().value();
  const auto worker = Connect(stranger);
  worker->Send({}, "hello");
  ASSERT_TRUE(RunUntilRefused(*worker));
  EXPECT_THAT(trouble_[0], HasSubstr("refused this key"));
  EXPECT_THAT(arrived_, testing::IsEmpty());
}

TEST_F(ZmqSecurityTest, WithoutAKeyNothingPasses) {
  const auto worker = Connect(std::nullopt);
  worker->Send({}, "hello");
  ASSERT_TRUE(RunUntilRefused(*worker));
  EXPECT_THAT(trouble_[0], HasSubstr("give --keys"));
  EXPECT_THAT(arrived_, testing::IsEmpty());
}

TEST_F(ZmqSecurityTest, AnotherCoordinatorsKeyIsTold) {
  WorkerKeys keys = KeysOf("one");
  keys.coordinator_key = MakeCurveKeyPair().value().public_key;
  const auto worker = Connect(keys);
  worker->Send({}, "hello");
  ASSERT_TRUE(RunUntilRefused(*worker));
  EXPECT_THAT(trouble_[0], HasSubstr("coordinator.pub"));
  EXPECT_THAT(arrived_, testing::IsEmpty());
}

TEST_F(ZmqSecurityTest, KeysAgainstAPlainCoordinatorDoNotPassEither) {
  auto plain = BindCoordinator("tcp://127.0.0.1:0");
  ASSERT_TRUE(plain.has_value());
  coordinator_ = std::move(plain.value().transport);
  endpoint_ = plain.value().endpoint;
  const auto worker = Connect(KeysOf("one"));
  worker->Send({}, "hello");
  ASSERT_TRUE(RunUntilRefused(*worker));
  EXPECT_THAT(trouble_[0], HasSubstr("the coordinator must use keys"));
  EXPECT_THAT(arrived_, testing::IsEmpty());
}

TEST_F(ZmqSecurityTest, ARevokedKeyIsSilencedWhileConnected) {
  const auto one = Connect(KeysOf("one"));
  const auto two = Connect(KeysOf("two"));
  one->Send({}, "first");
  ASSERT_TRUE(RunUntilArrived(*one, 1));

  one->Send({}, "too late");  // on its way or queued already
  fs::remove(keys_ / "workers/one.pub");
  clock_.Advance(seconds(1));
  one->Send({}, "much too late");
  EXPECT_EQ(coordinator_->Send(arrived_[0].peer, "secret"), SendStatus::kUnreachable);
  two->Send({}, "still here");
  ASSERT_TRUE(RunUntilArrived(*two, 2));
  EXPECT_EQ(arrived_[1].bytes, "still here");

  // Nor does it come back with a new connection.
  const auto again = Connect(KeysOf("one"));
  again->Send({}, "again");
  ASSERT_TRUE(RunUntilRefused(*again));
  EXPECT_EQ(arrived_.size(), 2U);
  EXPECT_TRUE(one->Receive() == std::nullopt);
}

TEST_F(ZmqSecurityTest, AKeyThatIsAddedWhileRunningGetsIn) {
  ASSERT_TRUE(GenerateKeys(keys_.path(), "three").has_value());
  const auto worker = Connect(KeysOf("three"));
  worker->Send({}, "hello");
  ASSERT_TRUE(RunUntilRefused(*worker));  // the clock stands still: the folder is not read again
  EXPECT_THAT(arrived_, testing::IsEmpty());
  clock_.Advance(seconds(1));
  // As a session does with its Hello: what was said to nobody is gone.
  ASSERT_TRUE(RunUntil(*worker, [&] {
    worker->Send({}, "hello");
    return !arrived_.empty();
  }));
  EXPECT_EQ(arrived_[0].user_id, "three/" + KeysOf("three").own.public_key);
}

class LetsEverybodyIn : public Authorizer {
 public:
  std::optional<std::string> UserOf(const std::string& key) override { return "user/" + key; }
  bool Allows(const std::string& /*user*/) override { return true; }
};

TEST(ZmqSecurity, RefusesToRunWhereAStrangerGetsIn) {
  const auto bound = BindCoordinator(
      "tcp://0.0.0.0:0",
      ServerSecurity{MakeCurveKeyPair().value(), std::make_shared<LetsEverybodyIn>()});
  ASSERT_TRUE(bound.has_error());
  EXPECT_EQ(bound.error().code, ErrorCode::kInternal);
  EXPECT_THAT(bound.error().ToString(), HasSubstr("self-test"));
}

TEST(ZmqSecurity, WorksOnEveryAddressAndOverIpc) {
  const MonotonicClock clock;
  const TemporaryKeys folder;
  for (const std::string& endpoint :
       {std::string("tcp://0.0.0.0:0"), "ipc://" + (folder / "socket").string()}) {
    auto list = AllowList::Open({}, clock);
    const auto bound = BindCoordinator(
        endpoint, ServerSecurity{MakeCurveKeyPair().value(), std::move(list).value()});
    EXPECT_TRUE(bound.has_value()) << endpoint;
  }
}

}  // namespace
}  // namespace prelabel
