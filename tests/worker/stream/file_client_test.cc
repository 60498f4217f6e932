// The client and what reads through it, against a coordinator that answers from memory.
#include "worker/stream/file_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/worker/stream/answering_transport.h"
#include "worker/stream/streamed_file.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

std::string Numbers(std::size_t bytes) {
  std::string text;
  for (std::uint32_t i = 0; text.size() < bytes; ++i) text += std::to_string(i * 2654435761U);
  text.resize(bytes);
  return text;
}

class FileClientTest : public ::testing::Test {
 protected:
  std::shared_ptr<FileClient> Client(Duration silence = std::chrono::seconds(10),
                                     Duration give_up = std::chrono::seconds(60)) {
    FileClient::Options options;
    options.connect = [this]() -> Result<std::unique_ptr<Transport>> {
      ++connections_;
      return std::unique_ptr<Transport>(std::make_unique<AnsweringTransport>(files_));
    };
    options.limits.silence = silence;
    options.give_up = give_up;
    return std::make_shared<FileClient>(std::move(options), clock_);
  }

  Result<std::string> ReadAll(FileClient& client) {
    return client.ReadAll(FetchKind::kFile, "/f", 0, ~std::uint64_t{0}, 1U << 30);
  }

  MonotonicClock clock_;
  Files files_;
  std::atomic<int> connections_{0};
};

TEST_F(FileClientTest, ReadsFilesOfAnySize) {
  const auto client = Client();
  for (const std::size_t size :
       {0U, 1U, kMaxChunkBytes - 1, kMaxChunkBytes, kMaxChunkBytes + 1, 20 * kMaxChunkBytes + 7}) {
    files_.Put("/f", Numbers(size));
    const auto read = ReadAll(*client);
    ASSERT_TRUE(read) << size;
    EXPECT_EQ(read.value(), Numbers(size)) << size;
  }
  EXPECT_EQ(connections_, 1);
}

TEST_F(FileClientTest, ReadsPartsOfFiles) {
  files_.Put("/f", Numbers(3 * kMaxChunkBytes));
  const auto client = Client();
  for (const auto& [offset, length] : {std::pair<std::uint64_t, std::uint64_t>{5, 7},
                                       {kMaxChunkBytes - 3, kMaxChunkBytes + 9},
                                       {3 * kMaxChunkBytes - 2, 100}}) {
    const auto read = client->ReadAll(FetchKind::kFile, "/f", offset, length, 1U << 30);
    ASSERT_TRUE(read);
    EXPECT_EQ(read.value(), Numbers(3 * kMaxChunkBytes).substr(offset, length)) << offset;
  }
}

TEST_F(FileClientTest, TooLargeIsSaid) {
  files_.Put("/f", Numbers(100));
  const auto read = Client()->ReadAll(FetchKind::kFile, "/f", 0, ~std::uint64_t{0}, 99);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kDataLoss);
}

TEST_F(FileClientTest, PassesErrorsOn) {
  const auto read = Client()->ReadAll(FetchKind::kFile, "/other", 0, 10, 1U << 30);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(read.error().message, "no such file");
}

TEST_F(FileClientTest, ManyThreadsReadThroughOneConnection) {
  files_.Put("/f", Numbers(5 * kMaxChunkBytes));
  const auto client = Client();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto read = ReadAll(*client);
      if (read && read.value() == Numbers(5 * kMaxChunkBytes)) ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 8);
  EXPECT_EQ(connections_, 1);
}

TEST_F(FileClientTest, AsksAgainThroughANewConnectionWhereNothingComes) {
  files_.Put("/f", Numbers(3 * kMaxChunkBytes));
  const auto client = Client(std::chrono::milliseconds(50));
  ASSERT_TRUE(ReadAll(*client));
  files_.Mute(3);
  const auto read = ReadAll(*client);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read.value(), Numbers(3 * kMaxChunkBytes));
  EXPECT_GE(connections_, 2);
}

TEST_F(FileClientTest, GivesUpInTheEnd) {
  files_.Mute(1 << 30);
  const auto read = ReadAll(*Client(std::chrono::milliseconds(20), std::chrono::milliseconds(300)));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(read.error().message, HasSubstr("does not answer"));
}

TEST_F(FileClientTest, InterruptEndsWaitsAndNothingElse) {
  files_.Put("/f", Numbers(10));
  files_.Mute(1);
  const auto client = Client();
  std::thread waiting([&] {
    const auto read = ReadAll(*client);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kUnavailable);
  });
  while (files_.fetches() == 0) std::this_thread::yield();
  client->Interrupt();
  waiting.join();
  EXPECT_TRUE(ReadAll(*client));
}

TEST_F(FileClientTest, OnceClosedEverythingFailsAtOnce) {
  files_.Put("/f", Numbers(10));
  const auto client = Client();
  ASSERT_TRUE(ReadAll(*client));
  client->Close();
  const auto read = ReadAll(*client);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kUnavailable);
}

TEST_F(FileClientTest, AnEndpointThatIsNoneIsSaidToAll) {
  FileClient::Options options;
  options.connect = []() -> Result<std::unique_ptr<Transport>> {
    return InvalidArgument("not an endpoint");
  };
  FileClient client(std::move(options), clock_);
  for (int i = 0; i < 2; ++i) {
    const auto read = ReadAll(client);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "not an endpoint");
  }
}

TEST_F(FileClientTest, StreamedFilesReadForwardAndBack) {
  const std::string all = Numbers(5 * kMaxChunkBytes + 1234);
  files_.Put("/f", all);
  auto opened = StreamedFile::Open(Client(), "/f");
  ASSERT_TRUE(opened);
  StreamedFile& file = *opened.value();
  EXPECT_EQ(file.size(), all.size());
  std::string read;
  while (read.size() < all.size()) {
    const auto part = file.Read(read.size(), 65536);
    ASSERT_TRUE(part);
    ASSERT_FALSE(part.value().empty());
    read += part.value();
  }
  EXPECT_EQ(read, all);
  EXPECT_EQ(file.Read(all.size(), 10).value(), "");
  for (const std::uint64_t at : {4000000U, 17U, 5242879U, 0U}) {
    const auto part = file.Read(at, 10);
    ASSERT_TRUE(part);
    EXPECT_EQ(part.value(), all.substr(at, part.value().size()));
  }
  // Blocks of 256 KiB, each once on the way forward.
  EXPECT_LE(files_.fetches(), 21 + 4);
}

TEST_F(FileClientTest, AStreamedFileThatChangesIsDamaged) {
  files_.Put("/f", Numbers(5 * kMaxChunkBytes));
  auto opened = StreamedFile::Open(Client(), "/f");
  ASSERT_TRUE(opened);
  files_.Put("/f", Numbers(5 * kMaxChunkBytes));
  const auto part = opened.value()->Read(4 * kMaxChunkBytes, 10);
  ASSERT_FALSE(part);
  EXPECT_EQ(part.error().code, ErrorCode::kDataLoss);
}

}  // namespace
}  // namespace prelabel
