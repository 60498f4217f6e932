#include "coordinator/stream/file_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/media/file_part.h"
#include "common/wire/codec.h"
#include "tests/support/fake_transport.h"

namespace prelabel {
namespace {

using std::chrono::seconds;

Fetch Part(std::uint64_t id, const std::string& path, std::uint64_t received = 0) {
  return {id, FetchKind::kFile, path, 5, 10, received};
}

// Sends until so many answers have gone out.
std::vector<std::pair<std::string, Chunk>> Answers(FileServer& server, FakeTransport& transport,
                                                   std::size_t count) {
  for (int i = 0; i < 5000 && transport.sent.size() < count; ++i) {
    server.Send(transport, seconds(0));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::vector<std::pair<std::string, Chunk>> answers;
  for (const FakeTransport::Sent& sent : transport.sent) {
    auto message = DecodeCoordinatorMessage(sent.bytes);
    answers.emplace_back(sent.peer, std::get<Chunk>(message.value()));
  }
  return answers;
}

TEST(FileServer, SendsWhatWasReadAndWhyNot) {
  std::atomic<int> woken{0};
  FileServer server(
      [](const Fetch& fetch) -> Result<FilePart> {
        if (fetch.path == "/bad") return DataLoss("is no file");
        return FilePart{99, 4, fetch.path + " from " + std::to_string(fetch.offset)};
      },
      [&woken] { ++woken; });
  FakeTransport transport;
  server.OnFetch("a", Part(1, "/x"), seconds(0));
  server.OnFetch("b", Part(1, "/bad"), seconds(0));
  for (const auto& [peer, chunk] : Answers(server, transport, 2)) {
    EXPECT_EQ(chunk.id, 1U);
    if (peer == "a") {
      EXPECT_EQ(chunk.bytes, "/x from 5");
      EXPECT_EQ(chunk.size, 99U);
      EXPECT_EQ(chunk.version, 4U);
    } else {
      ASSERT_TRUE(chunk.error);
      EXPECT_EQ(chunk.error->message, "is no file");
    }
  }
  EXPECT_EQ(transport.sent.size(), 2U);
  EXPECT_GE(woken, 1);
}

TEST(FileServer, AWorkerThatTakesNothingHoldsNoMoreThanItsShare) {
  std::atomic<int> reads{0};
  FileServer server(
      [&reads](const Fetch& fetch) -> Result<FilePart> {
        ++reads;
        return FilePart{100, 1, std::string(fetch.length, 'x')};
      },
      [] {}, {.peer_bytes = 30, .total_bytes = 1000});
  FakeTransport transport;
  for (std::uint64_t id = 1; id <= 9; ++id) server.OnFetch("a", Part(id, "/x"), seconds(0));
  Answers(server, transport, 3);
  for (int i = 0; i < 20; ++i) server.Send(transport, seconds(0));
  EXPECT_EQ(reads, 3);
  server.OnFetch("a", {0, FetchKind::kNothing, {}, 0, 0, 2}, seconds(1));
  EXPECT_EQ(Answers(server, transport, 5).size(), 5U);
}

TEST(FileServer, ManyFetchesThatWaitAreRefusedAtOnce) {
  FileServer server(
      [](const Fetch&) -> Result<FilePart> {
        return FilePart{1, 1, "x"};
      },
      [] {}, {.peer_bytes = 1, .total_bytes = 1, .peer_waiting = 1});
  FakeTransport transport;
  server.OnFetch("a", Part(1, "/x"), seconds(0));
  server.OnFetch("a", Part(2, "/x"), seconds(0));
  const auto answers = Answers(server, transport, 2);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].second.id, 2U);
  ASSERT_TRUE(answers[0].second.error);
  EXPECT_EQ(answers[0].second.error->code, ErrorCode::kUnavailable);
}

TEST(FileServer, ForgetsWhoCannotBeReached) {
  FileServer server(
      [](const Fetch&) -> Result<FilePart> {
        return FilePart{1, 1, "x"};
      },
      [] {}, {.peer_bytes = 100, .total_bytes = 10});
  FakeTransport transport;
  transport.status["a"] = SendStatus::kUnreachable;
  server.OnFetch("a", Part(1, "/x"), seconds(0));
  server.OnFetch("b", Part(1, "/x"), seconds(0));  // has room only once a is forgotten
  const auto answers = Answers(server, transport, 1);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].first, "b");
}

}  // namespace
}  // namespace prelabel
