#include "coordinator/cli/run_security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "common/wire/curve_keys.h"
#include "common/wire/key_files.h"
#include "tests/common/wire/temporary_keys.h"

namespace prelabel {
namespace {

using testing::HasSubstr;

ClusterOptions Listening(const std::string& endpoint) {
  ClusterOptions cluster;
  cluster.listen = endpoint;
  return cluster;
}

TEST(IsLocalBinding, OnlyTheLoopbackInterfaceAndFiles) {
  for (const char* local : {"tcp://127.0.0.1:0", "tcp://127.255.0.3:5577", "tcp://localhost:1",
                            "tcp://[::1]:1", "ipc:///run/prelabel/socket"}) {
    EXPECT_TRUE(IsLocalBinding(local)) << local;
  }
  for (const char* open :
       {"tcp://0.0.0.0:5577", "tcp://*:5577", "tcp://10.0.0.1:1", "tcp://[::]:1", "tcp://eth0:1",
        "tcp://127.0.0.1.example.org:1", "tcp://localhost.example.org:1", "tcp://128.0.0.1:1",
        "tcp://[::ffff:127.0.0.1]:1", "tcp://:1", "ws://127.0.0.1:1", ""}) {
    EXPECT_FALSE(IsLocalBinding(open)) << open;
  }
}

TEST(ChooseKeySource, ThrowAwayKeysWhereTheRunStartsItsWorkers) {
  EXPECT_EQ(ChooseKeySource(Listening("tcp://127.0.0.1:0"), true).value(), KeySource::kThrowAway);
  EXPECT_EQ(ChooseKeySource(Listening("tcp://0.0.0.0:1"), true).value(), KeySource::kThrowAway);
}

TEST(ChooseKeySource, NoKeysAreFineOnThisMachineAlone) {
  EXPECT_EQ(ChooseKeySource(Listening("tcp://127.0.0.1:0"), false).value(), KeySource::kNone);
  EXPECT_EQ(ChooseKeySource(Listening("ipc:///x"), false).value(), KeySource::kNone);
}

TEST(ChooseKeySource, RefusesOtherMachinesWithoutKeys) {
  const auto refused = ChooseKeySource(Listening("tcp://0.0.0.0:5577"), false);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.error().ToString(), HasSubstr("prelabel keygen"));
  EXPECT_THAT(refused.error().ToString(), HasSubstr("cluster.security: none"));
}

TEST(ChooseKeySource, TheJobMayInsist) {
  ClusterOptions cluster = Listening("tcp://0.0.0.0:5577");
  cluster.security = WireSecurity::kNone;
  EXPECT_EQ(ChooseKeySource(cluster, false).value(), KeySource::kNone);
  EXPECT_EQ(ChooseKeySource(cluster, true).value(), KeySource::kNone);
  cluster.security = WireSecurity::kCurve;
  cluster.keys = "/keys";
  EXPECT_EQ(ChooseKeySource(cluster, false).value(), KeySource::kFolder);
  EXPECT_EQ(ChooseKeySource(cluster, true).value(), KeySource::kFolder);
}

TEST(PrepareSecurity, LaunchedWorkersKeysAreAllowedAndNewEachTime) {
  const MonotonicClock clock;
  const auto one = PrepareSecurity(Listening("tcp://127.0.0.1:0"), true, {}, clock);
  const auto two = PrepareSecurity(Listening("tcp://127.0.0.1:0"), true, {}, clock);
  ASSERT_TRUE(one.has_value() && two.has_value());
  const auto worker = ParseWorkerKeys(one.value().launched_keys);
  ASSERT_TRUE(worker.has_value());
  EXPECT_EQ(worker.value().coordinator_key, one.value().server->keys.public_key);
  EXPECT_TRUE(one.value().server->authorizer->UserOf(worker.value().own.public_key).has_value());
  EXPECT_FALSE(two.value().server->authorizer->UserOf(worker.value().own.public_key).has_value());
}

TEST(PrepareSecurity, AFolderOfKeysServesOtherMachinesAndLaunchedWorkers) {
  const MonotonicClock clock;
  const TemporaryKeys keys;
  ASSERT_TRUE(GenerateKeys(keys.path(), "gpu1").has_value());
  ClusterOptions cluster = Listening("tcp://0.0.0.0:5577");
  cluster.keys = keys.path();
  const auto security = PrepareSecurity(cluster, true, {}, clock);
  ASSERT_TRUE(security.has_value());
  Authorizer& authorizer = *security.value().server->authorizer;
  const WorkerKeys remote = LoadWorkerKeys(keys / "gpu1").value();
  EXPECT_EQ(remote.coordinator_key, security.value().server->keys.public_key);
  EXPECT_TRUE(authorizer.UserOf(remote.own.public_key).has_value());
  const WorkerKeys local = ParseWorkerKeys(security.value().launched_keys).value();
  EXPECT_TRUE(authorizer.UserOf(local.own.public_key).has_value());

  cluster.keys = keys / "none";
  EXPECT_TRUE(PrepareSecurity(cluster, true, {}, clock).has_error());
}

TEST(Keygen, SaysWhatBelongsWhere) {
  const TemporaryKeys keys;
  const auto text = GenerateKeysAndExplain((keys / "k/").string(), "gpu1");
  ASSERT_TRUE(text.has_value());
  EXPECT_THAT(text.value(), HasSubstr("cluster.keys: " + (keys / "k").string() + "\n"));
  EXPECT_THAT(text.value(), HasSubstr((keys / "k/workers/gpu1.pub").string()));
  EXPECT_THAT(text.value(), HasSubstr("--keys gpu1"));
  EXPECT_TRUE(LoadWorkerKeys(keys / "k/gpu1").has_value());
  EXPECT_TRUE(GenerateKeysAndExplain((keys / "k").string(), "gpu1").has_error());
}

}  // namespace
}  // namespace prelabel
