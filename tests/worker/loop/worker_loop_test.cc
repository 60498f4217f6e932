#include "worker/loop/worker_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/wire/codec.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_executor.h"
#include "tests/support/fake_transport.h"

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

// A loop over fakes. `steps` are played one a wait, 10 ms apart; after them the loop is stopped.
class WorkerLoopTest : public ::testing::Test {
 protected:
  WorkerLoopTest() { options_.hello.nonce = 1; }

  Result<void> Run() {
    WorkerLoop loop(
        options_, [this] { return Connect(); }, executor_, clock_, memory_,
        [this](const std::string& news) { told_.push_back(news); });
    return loop.Run(stop_);
  }

  Result<std::unique_ptr<Transport>> Connect() {
    if (refuse_connections_) return Unavailable("no route");
    auto transport = std::make_unique<FakeTransport>();
    transport_ = transport.get();
    transport_->on_send = [this](const FakeTransport::Sent& sent) {
      sent_.push_back(DecodeWorkerMessage(sent.bytes).value());
    };
    transport_->on_wait = [this](milliseconds timeout) {
      longest_wait_ = timeout;
      clock_.Advance(milliseconds(10));
      if (next_ < steps_.size()) {
        steps_[next_++]();
      } else {
        stop_ = true;
      }
    };
    ++connections_;
    return std::unique_ptr<Transport>(std::move(transport));
  }

  void Say(const CoordinatorMessage& message) {
    transport_->inbox.push_back({"", EncodeCoordinatorMessage(message), {}});
  }
  static Welcome MakeWelcome() {
    Welcome welcome;
    welcome.epoch = Epoch(3);
    return welcome;
  }
  static Assign MakeAssign(std::uint64_t id) {
    Assignment assignment;
    assignment.task.id = TaskId(id);
    assignment.task.count = 1;
    assignment.attempt = Attempt(1);
    assignment.paths = {"a.jpg"};
    return {Epoch(3), {assignment}};
  }
  template <class Message>
  std::vector<Message> Sent() const {
    std::vector<Message> found;
    for (const WorkerMessage& message : sent_) {
      if (const auto* m = std::get_if<Message>(&message)) found.push_back(*m);
    }
    return found;
  }

  SessionOptions options_;
  FakeExecutor executor_;
  FakeClock clock_;
  MemoryGauge memory_;
  std::vector<std::string> told_;
  FakeTransport* transport_ = nullptr;  // the present one
  milliseconds longest_wait_{};         // the present one
  std::atomic<bool> stop_{false};
  std::vector<std::function<void()>> steps_;
  std::size_t next_ = 0;
  std::vector<WorkerMessage> sent_;
  int connections_ = 0;
  bool refuse_connections_ = false;
};

TEST_F(WorkerLoopTest, CarriesATaskFromAssignToAcknowledgementAndDrains) {
  steps_ = {
      [&] { Say(MakeWelcome()); },
      [&] { Say(MakeAssign(4)); },
      [&] {
        EncodedResult result;
        result.task = TaskId(4);
        result.attempt = Attempt(1);
        result.payload = "labels";
        executor_.completed.emplace_back(result);
      },
      [&] { Say(Drain{}); },
      [&] {
        Say(Ack{{{TaskId(4), Attempt(1), AckStatus::kCommitted}}});
      },
      [&] { ADD_FAILURE() << "the loop goes on after its Goodbye"; },
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(executor_.configured.size(), 1U);
  EXPECT_EQ(executor_.configured[0].epoch, Epoch(3));
  ASSERT_EQ(executor_.submitted.size(), 1U);
  EXPECT_EQ(executor_.submitted[0].paths[0], "a.jpg");
  EXPECT_EQ(Sent<Hello>().size(), 1U);
  ASSERT_FALSE(Sent<Credit>().empty());
  EXPECT_EQ(Sent<Credit>()[0].tasks, 2U);  // one to run, one to wait
  EXPECT_EQ(Sent<Goodbye>().size(), 1U);
  ASSERT_EQ(Sent<ResultMessage>().size(), 1U);
  EXPECT_EQ(Sent<ResultMessage>()[0].results[0].payload, "labels");
}

TEST_F(WorkerLoopTest, HeartbeatsSayHowMuchMemoryThereIs) {
  int gauged = 0;
  memory_ = [&gauged] { return 1'000'000U * static_cast<std::uint64_t>(++gauged); };
  steps_ = {[&] { Say(MakeWelcome()); }};
  for (int i = 0; i < 100; ++i) steps_.emplace_back([&] { clock_.Advance(milliseconds(20)); });
  ASSERT_TRUE(Run().has_value());
  ASSERT_FALSE(Sent<Heartbeat>().empty());
  EXPECT_GE(Sent<Heartbeat>().back().resident_bytes, 1'000'000U);
  EXPECT_LE(gauged, 8);  // in three seconds
}

TEST_F(WorkerLoopTest, APersonIsToldThatNobodyAnswers) {
  steps_ = {[&] { clock_.Advance(seconds(10)); }, [&] { Say(MakeWelcome()); }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(told_, (std::vector<std::string>{"no coordinator answers; trying for 300 s",
                                             "the coordinator has answered"}));
}

TEST_F(WorkerLoopTest, ABrokenTaskIsReported) {
  steps_ = {
      [&] { Say(MakeWelcome()); },
      [&] { Say(MakeAssign(4)); },
      [&] {
        executor_.completed.emplace_back(
            BrokenTask{TaskId(4), Attempt(1), "no memory", FailureKind::kTransient, 3});
      },
      [] {},
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(Sent<Failure>().size(), 1U);
  EXPECT_EQ(Sent<Failure>()[0].reason, "no memory");
  EXPECT_EQ(Sent<Failure>()[0].position, 3U);
}

TEST_F(WorkerLoopTest, AModelThatCannotBeLoadedIsAGoodbyeAndAnError) {
  executor_.ready_at_once = false;
  steps_ = {
      [&] { Say(MakeWelcome()); },
      [&] { executor_.completed.emplace_back(Readiness{InvalidArgument("weights are missing")}); },
      [&] { ADD_FAILURE() << "the loop goes on without a model"; },
  };
  const auto outcome = Run();
  ASSERT_TRUE(outcome.has_error());
  EXPECT_EQ(outcome.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(outcome.error().message, HasSubstr("weights are missing"));
  ASSERT_EQ(Sent<Goodbye>().size(), 1U);
  EXPECT_THAT(Sent<Goodbye>()[0].reason, HasSubstr("weights are missing"));
}

TEST_F(WorkerLoopTest, CancelReachesTheExecutor) {
  steps_ = {
      [&] { Say(MakeWelcome()); },
      [&] { Say(MakeAssign(4)); },
      [&] {
        Say(Cancel{TaskId(4), Attempt(1)});
      },
      [] {},
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(executor_.cancelled.size(), 1U);
  EXPECT_EQ(executor_.cancelled[0].first, TaskId(4));
}

TEST_F(WorkerLoopTest, SilenceOpensANewConnectionAndSaysHelloThere) {
  steps_ = {
      [&] { Say(MakeWelcome()); },
      [&] { Say(MakeAssign(4)); },
      [&] { clock_.Advance(milliseconds(4801)); },  // 80 % of a lease of 6 s
      [&] {
        EXPECT_EQ(connections_, 2);
        EXPECT_EQ(executor_.cancelled_all, 0);  // its task goes on
        ASSERT_EQ(Sent<Hello>().size(), 2U);
        EXPECT_EQ(Sent<Hello>()[1].nonce, 2U);
        ASSERT_EQ(Sent<Hello>()[1].held.size(), 1U);
        EXPECT_EQ(Sent<Hello>()[1].held[0].task, TaskId(4));
      },
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(connections_, 2);
}

TEST_F(WorkerLoopTest, TellsWhichItemIsInTheModel) {
  steps_ = {
      [&] { Say(MakeWelcome()); },
      [&] { Say(MakeAssign(4)); },
      [&] {
        EXPECT_EQ(longest_wait_, milliseconds(20));  // an item that is begun is seen soon
        executor_.running = {{TaskId(4), Attempt(1), 3, 5}};
        executor_.items_done = 17;
      },
      [] {},
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_FALSE(Sent<Heartbeat>().empty());
  EXPECT_EQ(Sent<Heartbeat>()[0].items_done, 17U);
  EXPECT_EQ(Sent<Heartbeat>()[0].sequence, 1U);
  EXPECT_EQ(Sent<Heartbeat>()[0].running, executor_.running);
}

TEST_F(WorkerLoopTest, ANewConnectionThatFailsEndsIt) {
  steps_ = {
      [&] { Say(MakeWelcome()); },
      [&] {
        refuse_connections_ = true;
        clock_.Advance(seconds(11));
      },
      [&] { ADD_FAILURE() << "the loop goes on without a connection"; },
  };
  const auto outcome = Run();
  ASSERT_TRUE(outcome.has_error());
  EXPECT_EQ(outcome.error().code, ErrorCode::kUnavailable);
}

TEST_F(WorkerLoopTest, ARefusalIsAnError) {
  steps_ = {[&] { Say(Reject{"another protocol", true}); }};
  const auto outcome = Run();
  ASSERT_TRUE(outcome.has_error());
  EXPECT_THAT(outcome.error().message, HasSubstr("another protocol"));
}

TEST_F(WorkerLoopTest, GarbageIsIgnored) {
  steps_ = {
      [&] { Say(MakeWelcome()); },
      [&] {
        transport_->inbox.push_back({"", "garbage", {}});
      },
      [&] { Say(MakeAssign(4)); },
      [] {},
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(executor_.submitted.size(), 1U);
}

}  // namespace
}  // namespace prelabel
