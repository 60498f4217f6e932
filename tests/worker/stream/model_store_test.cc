#include "worker/stream/model_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "common/base/hash.h"
#include "tests/worker/stream/answering_transport.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

std::string ReadFile(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// Of the length of a SHA-256, which is all that matters here.
std::string HashOf(const std::string& bytes) {
  return ToHex(HashBytes(bytes)) + ToHex(HashBytes(bytes, 1));
}

class ModelStoreTest : public ::testing::Test {
 protected:
  ModelStoreTest()
      : folder_(::testing::TempDir() + "model_store_" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name() + "/cache") {
    std::filesystem::remove_all(folder_.parent_path());
  }

  void PutCard(const std::string& sha256, const std::string& more = "") {
    files_.Put("/m/model.yaml",
               "name: m\ntask: detect\nbackend: torchscript\nweights: w.pt\nsha256: " + sha256 +
                   "\nlicense: MIT\nsource: here\ninput: {width: 32, height: 32, resize: stretch, "
                   "channels: rgb, mean: [0, 0, 0], std: [1, 1, 1]}\noutput: {layout: dense}\n"
                   "classes: [a]\n" +
                   more);
  }

  ModelStore Store() {
    FileClient::Options options;
    options.connect = [this]() -> Result<std::unique_ptr<Transport>> {
      return std::unique_ptr<Transport>(std::make_unique<AnsweringTransport>(files_));
    };
    return {std::make_shared<FileClient>(std::move(options), clock_), folder_,
            [this](const std::filesystem::path& file) {
              ++hashes_;
              return HashOf(ReadFile(file));
            }};
  }

  std::filesystem::path folder_;
  MonotonicClock clock_;
  Files files_;
  int hashes_ = 0;
};

TEST_F(ModelStoreTest, BringsWeightsOnceAndKeepsThem) {
  const std::string weights(3'000'000, 'w');
  files_.Put("/m/w.pt", weights);
  PutCard(HashOf(weights));
  ModelStore store = Store();
  const auto card = store.LoadCard("/m/model.yaml");
  ASSERT_TRUE(card) << card.error().ToString();
  EXPECT_EQ(card.value().weights, folder_ / (HashOf(weights) + ".pt"));
  EXPECT_FALSE(std::filesystem::exists(card.value().weights));
  const auto fetched = store.Fetch(card.value());
  ASSERT_TRUE(fetched) << fetched.error().ToString();
  EXPECT_EQ(ReadFile(card.value().weights), weights);

  const int before = files_.fetches();
  ModelStore again = Store();
  const auto same = again.LoadCard("/m/model.yaml");
  ASSERT_TRUE(same);
  ASSERT_TRUE(again.Fetch(same.value()));
  EXPECT_EQ(files_.fetches(), before + 1);  // the card alone
}

TEST_F(ModelStoreTest, WhatLiesThereIsHashedOnceForAllWhoAsk) {
  files_.Put("/m/w.pt", "weights");
  PutCard(HashOf("weights"));
  ModelStore store = Store();
  const auto card = store.LoadCard("/m/model.yaml");
  ASSERT_TRUE(card);
  ASSERT_TRUE(store.Fetch(card.value()));
  ASSERT_TRUE(store.Fetch(card.value()));
  const int before = hashes_;
  for (int lane = 0; lane < 8; ++lane) ASSERT_TRUE(store.Fetch(card.value()));
  EXPECT_EQ(hashes_, before);
}

TEST_F(ModelStoreTest, WhatWasDamagedInTheFolderIsBroughtAnew) {
  files_.Put("/m/w.pt", "weights");
  PutCard(HashOf("weights"));
  ModelStore store = Store();
  const auto card = store.LoadCard("/m/model.yaml");
  ASSERT_TRUE(card);
  ASSERT_TRUE(store.Fetch(card.value()));
  std::ofstream(card.value().weights) << "wei";
  ASSERT_TRUE(store.Fetch(card.value()));
  EXPECT_EQ(ReadFile(card.value().weights), "weights");
}

TEST_F(ModelStoreTest, WeightsThatAreNotTheCardsAreRefusedAndNotKept) {
  files_.Put("/m/w.pt", "others");
  PutCard(HashOf("weights"));
  ModelStore store = Store();
  const auto card = store.LoadCard("/m/model.yaml");
  ASSERT_TRUE(card);
  const auto fetched = store.Fetch(card.value());
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(fetched.error().message, HasSubstr("not those of its card"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(ModelStoreTest, LibrariesDoNotTravel) {
  PutCard(HashOf(""), "custom_ops: [lib/ops.so]\n");
  const auto card = Store().LoadCard("/m/model.yaml");
  ASSERT_FALSE(card);
  EXPECT_THAT(card.error().message, HasSubstr("do not travel"));
}

TEST_F(ModelStoreTest, ACardThatIsNotThereIsNamed) {
  const auto card = Store().LoadCard("/m/model.yaml");
  ASSERT_FALSE(card);
  EXPECT_EQ(card.error().context, "/m/model.yaml");
}

TEST_F(ModelStoreTest, CardsOfThisMachineAreLeftAlone) {
  ModelCard card;
  card.sha256 = HashOf("local");
  card.weights = "/somewhere/w.pt";
  ModelStore store = Store();
  EXPECT_TRUE(store.Fetch(card));
  EXPECT_EQ(files_.fetches(), 0);
}

}  // namespace
}  // namespace prelabel
