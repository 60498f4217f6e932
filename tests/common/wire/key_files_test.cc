#include "common/wire/key_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/common/wire/temporary_keys.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

template <class T>
std::string Why(const Result<T>& result) {
  return result ? "no error" : result.error().ToString();
}

TEST(KeyFiles, BothSidesFindTheirKeys) {
  const TemporaryKeys keys;
  const auto worker = GenerateKeys(keys / "new/keys", "gpu1");
  ASSERT_TRUE(worker.has_value()) << Why(worker);
  EXPECT_EQ(worker.value(), keys / "new/keys/gpu1");
  const auto coordinator = LoadCoordinatorKeys(keys / "new/keys");
  ASSERT_TRUE(coordinator.has_value()) << Why(coordinator);
  const auto own = LoadWorkerKeys(worker.value());
  ASSERT_TRUE(own.has_value()) << Why(own);
  EXPECT_EQ(own.value().coordinator_key, coordinator.value().public_key);
  EXPECT_EQ(LoadPublicKey(keys / "new/keys/workers/gpu1.pub").value(), own.value().own.public_key);
}

TEST(KeyFiles, SecretsArePrivateWhateverTheUmask) {
  const TemporaryKeys keys;
  for (const mode_t mask : {0000, 0777}) {
    const fs::path folder = keys / ("umask" + std::to_string(mask));
    const mode_t before = umask(mask);
    const auto worker = GenerateKeys(folder, "w");
    umask(before);
    ASSERT_TRUE(worker.has_value()) << Why(worker);
    EXPECT_EQ(ModeOf(folder), 0700U);
    EXPECT_EQ(ModeOf(folder / "workers"), 0700U);
    EXPECT_EQ(ModeOf(folder / "w"), 0700U);
    EXPECT_EQ(ModeOf(folder / "coordinator.key"), 0600U);
    EXPECT_EQ(ModeOf(folder / "w/worker.key"), 0600U);
    EXPECT_EQ(ModeOf(folder / "workers/w.pub"), 0644U);
  }
}

TEST(KeyFiles, FurtherWorkersShareTheCoordinatorAndNothingIsOverwritten) {
  const TemporaryKeys keys;
  ASSERT_TRUE(GenerateKeys(keys.path(), "one").has_value());
  const std::string coordinator = LoadCoordinatorKeys(keys.path()).value().secret_key;
  ASSERT_TRUE(GenerateKeys(keys.path(), "two").has_value());
  EXPECT_EQ(LoadCoordinatorKeys(keys.path()).value().secret_key, coordinator);
  const std::string one = LoadWorkerKeys(keys / "one").value().own.secret_key;
  EXPECT_NE(LoadWorkerKeys(keys / "two").value().own.secret_key, one);

  EXPECT_THAT(Why(GenerateKeys(keys.path(), "one")), HasSubstr("keys of this name exist"));
  // The worker's folder has moved to its machine; its public key still stands for it.
  fs::remove_all(keys / "two");
  EXPECT_THAT(Why(GenerateKeys(keys.path(), "two")), HasSubstr("keys of this name exist"));
  EXPECT_EQ(LoadWorkerKeys(keys / "one").value().own.secret_key, one);
}

TEST(KeyFiles, NamesStayInTheFolder) {
  const TemporaryKeys keys;
  for (const char* name : {"", ".", "..", "../x", "a/b", ".hidden", "-x", "workers",
                           "coordinator.key", "with space", "n\n"}) {
    EXPECT_FALSE(GenerateKeys(keys / "k", name).has_value()) << name;
  }
  EXPECT_FALSE(GenerateKeys(keys / "k", std::string(65, 'a')).has_value());
}

TEST(KeyFiles, ASecretThatOthersMayReadIsRefused) {
  const TemporaryKeys keys;
  ASSERT_TRUE(GenerateKeys(keys.path(), "w").has_value());
  for (const unsigned mode : {0640U, 0604U, 0620U, 0610U}) {
    fs::permissions(keys / "coordinator.key", fs::perms(mode));
    fs::permissions(keys / "w/worker.key", fs::perms(mode));
    EXPECT_THAT(Why(LoadCoordinatorKeys(keys.path())),
                HasSubstr("chmod 600 " + (keys / "coordinator.key").string()));
    EXPECT_THAT(Why(LoadWorkerKeys(keys / "w")), HasSubstr("chmod 600"));
  }
  fs::permissions(keys / "coordinator.key", fs::perms(0400));
  EXPECT_TRUE(LoadCoordinatorKeys(keys.path()).has_value());
}

TEST(KeyFiles, WhatOthersMayWriteIsRefused) {
  const TemporaryKeys keys;
  ASSERT_TRUE(GenerateKeys(keys.path(), "w").has_value());
  fs::permissions(keys / "w/coordinator.pub", fs::perms(0664));
  EXPECT_THAT(Why(LoadWorkerKeys(keys / "w")), HasSubstr("chmod 644"));
  fs::permissions(keys.path(), fs::perms(0770));
  EXPECT_THAT(Why(LoadCoordinatorKeys(keys.path())), HasSubstr("chmod 700"));
  EXPECT_THAT(Why(GenerateKeys(keys.path(), "x")), HasSubstr("chmod 700"));
}

TEST(KeyFiles, AnotherUsersFilesAreRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const TemporaryKeys keys;
  ASSERT_TRUE(GenerateKeys(keys.path(), "w").has_value());
  ASSERT_EQ(chown((keys / "coordinator.key").c_str(), 12345, 12345), 0);
  EXPECT_THAT(Why(LoadCoordinatorKeys(keys.path())), HasSubstr("another user"));
  ASSERT_EQ(chown((keys / "w").c_str(), 12345, 12345), 0);
  EXPECT_THAT(Why(LoadWorkerKeys(keys / "w")), HasSubstr("another user"));
}

TEST(KeyFiles, SaysWhatIsWrongWithAFile) {
  const TemporaryKeys keys;
  EXPECT_THAT(Why(LoadCoordinatorKeys(keys / "none")), HasSubstr("No such file"));
  EXPECT_THAT(Why(LoadCoordinatorKeys(keys.path())), HasSubstr("coordinator.key"));
  ASSERT_TRUE(GenerateKeys(keys.path(), "w").has_value());
  WriteText(keys / "text.pub", "hello\n");
  EXPECT_THAT(Why(LoadPublicKey(keys / "text.pub")), HasSubstr("neither a comment nor a key"));
  WriteText(keys / "long.pub", std::string(5000, '#'));
  EXPECT_THAT(Why(LoadPublicKey(keys / "long.pub")), HasSubstr("too long"));
  fs::create_directory(keys / "folder.pub");
  EXPECT_THAT(Why(LoadPublicKey(keys / "folder.pub")), HasSubstr("plain file"));
  ASSERT_EQ(mkfifo((keys / "pipe.pub").c_str(), 0600), 0);
  EXPECT_THAT(Why(LoadPublicKey(keys / "pipe.pub")), HasSubstr("plain file"));
  // A mix-up that would spread a secret.
  EXPECT_THAT(Why(LoadPublicKey(keys / "coordinator.key")), HasSubstr("no public-key"));
}

}  // namespace
}  // namespace prelabel
