// The server against a scripted network. What must be sent follows from messages.h and server.h.
#include "coordinator/server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "common/wire/codec.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"
#include "tests/support/in_memory_store.h"

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Epoch kEpoch(5);

class CommitLog : public InMemoryStore {
 public:
  Result<void> CommitBatch(const StoreBatch& batch) override {
    if (failure) return *failure;
    if (before_commit) before_commit();
    for (const EncodedResult& result : batch.results) committed.push_back(result.task.value);
    return InMemoryStore::CommitBatch(batch);
  }
  std::optional<Error> failure;
  std::function<void()> before_commit;
  std::vector<std::uint64_t> committed;
};

class Observer : public ServerObserver {
 public:
  void OnWorkerJoined(const WorkerInfo& worker) override { joined.push_back(worker.hostname); }
  void OnWorkerLeft(const WorkerInfo&, const std::string& reason) override {
    left.push_back(reason);
  }
  void OnCommitted(const std::vector<EncodedResult>&) override {}
  void OnQuarantined(const QuarantinedTask& task) override { quarantined.push_back(task); }
  void OnRefusedMessage(const std::string& reason) override { refused.push_back(reason); }
  void OnDecision(const SchedulerAction& action) override { decisions.push_back(action); }
  void OnStoreTrouble(const Error* error) override {
    store_trouble.push_back(error != nullptr ? error->message : "over");
  }
  bool OnTurn(const Scheduler&, TimePoint) override { return true; }

  std::vector<SchedulerAction> decisions;
  std::vector<std::string> store_trouble;

  std::vector<std::string> joined;
  std::vector<std::string> left;
  std::vector<std::string> refused;
  std::vector<QuarantinedTask> quarantined;
};

// Steps are played one a turn, 10 ms apart; after them the server is stopped.
class ServerTest : public ::testing::Test {
 protected:
  void AddDetects(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      rows_.push_back({TaskId(rows_.size()), TaskKind::kDetect, SourceId(0), 4 * i, 4, 1});
    }
  }
  void AddLink() { rows_.push_back({TaskId(rows_.size()), TaskKind::kLink, SourceId(0), 0, 4, 1}); }

  Result<ServerStats> Run() {
    EXPECT_TRUE(store_.AppendTasks(rows_).has_value());
    scheduler_.emplace(store_.LoadTasks().value(), options_);
    transport_.on_wait = [this](milliseconds) {
      clock_.Advance(milliseconds(10));
      if (next_ < steps_.size()) {
        steps_[next_++]();
      } else {
        stop_ = true;
        clock_.Advance(seconds(1));
      }
    };
    Welcome welcome;
    welcome.epoch = kEpoch;
    welcome.max_message_bytes = max_message_bytes_;
    server_.emplace(
        welcome, transport_, store_, *scheduler_,
        [this](const Task& task, Attempt attempt) { return Build(task, attempt); }, clock_,
        observer_);
    return server_->Run(stop_, seconds(10));
  }
  virtual Result<Assignment> Build(const Task& task, Attempt attempt) {
    if (on_build) on_build(task);
    if (unbuildable_ == task.id) return DataLoss("its detections are damaged");
    Assignment assignment;
    assignment.task = task;
    assignment.attempt = attempt;
    assignment.detections = detections_;
    return assignment;
  }

  void Say(const std::string& peer, const WorkerMessage& message) {
    transport_.inbox.push_back({peer, EncodeWorkerMessage(message), {}});
  }
  void Join(const std::string& peer, std::uint32_t credit, std::uint32_t slots = 1,
            std::uint64_t nonce = 1) {
    Hello hello;
    hello.worker_uuid = "uuid of " + peer;
    hello.hostname = peer;
    hello.nonce = nonce;
    hello.slots = slots;
    Say(peer, hello);
    if (credit > 0) Say(peer, Credit{credit});
  }
  void Finish(const std::string& peer, std::uint64_t task, std::uint32_t attempt = 1,
              Epoch epoch = kEpoch) {
    EncodedResult result;
    result.task = TaskId(task);
    result.attempt = Attempt(attempt);
    result.payload = "of " + peer;
    Say(peer, ResultMessage{epoch, {result}});
  }

  // All that was sent to a peer.
  template <class Message>
  std::vector<Message> Sent(const std::string& peer) const {
    std::vector<Message> found;
    for (const FakeTransport::Sent& sent : transport_.sent) {
      if (sent.peer != peer) continue;
      const auto message = DecodeCoordinatorMessage(sent.bytes);
      if (const auto* m = std::get_if<Message>(&message.value())) found.push_back(*m);
    }
    return found;
  }
  std::vector<std::uint64_t> Assigned(const std::string& peer) const {
    std::vector<std::uint64_t> tasks;
    for (const Assign& assign : Sent<Assign>(peer)) {
      EXPECT_EQ(assign.epoch, kEpoch);
      for (const Assignment& assignment : assign.tasks) tasks.push_back(assignment.task.id.value);
    }
    return tasks;
  }
  std::vector<AckStatus> Acks(const std::string& peer) const {
    std::vector<AckStatus> acks;
    for (const Ack& ack : Sent<Ack>(peer)) {
      for (const Ack::Item& item : ack.items) acks.push_back(item.status);
    }
    return acks;
  }

  FakeClock clock_;
  FakeTransport transport_;
  CommitLog store_;
  Observer observer_;
  SchedulerOptions options_;
  std::vector<Task> rows_;
  std::optional<Scheduler> scheduler_;
  std::optional<Server> server_;
  std::optional<TaskId> unbuildable_;
  std::vector<FrameDetections> detections_;  // of every assignment
  std::uint64_t max_message_bytes_ = 1 << 20;
  std::function<void(const Task&)> on_build;
  std::vector<std::function<void()>> steps_;
  std::size_t next_ = 0;
  std::atomic<bool> stop_{false};
};

TEST_F(ServerTest, WelcomesAssignsAcknowledgesAndDrains) {
  AddDetects(1);
  steps_ = {
      [&] { Join("ada", 2); },
      [&] { Finish("ada", 0); },
      [&] { Say("ada", Goodbye{"done"}); },
  };
  const auto stats = Run();
  ASSERT_TRUE(stats.has_value());
  EXPECT_EQ(stats.value().commits, 1U);
  ASSERT_EQ(Sent<Welcome>("ada").size(), 1U);
  EXPECT_EQ(Sent<Welcome>("ada")[0].epoch, kEpoch);
  EXPECT_THAT(Assigned("ada"), ElementsAre(0));
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted));
  EXPECT_EQ(Sent<Drain>("ada").size(), 1U);
  EXPECT_THAT(observer_.joined, ElementsAre("ada"));
  EXPECT_THAT(observer_.left, ElementsAre("done"));
  EXPECT_EQ(store_.ReadPayload(TaskId(0)).value(), "of ada");
}

TEST_F(ServerTest, AcknowledgesOnlyAfterTheCommit) {
  AddDetects(1);
  store_.before_commit = [&] { EXPECT_THAT(Acks("ada"), IsEmpty()); };
  steps_ = {[&] { Join("ada", 1); }, [&] { Finish("ada", 0); }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(store_.committed, ElementsAre(0));
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted));
}

TEST_F(ServerTest, AFailedCommitIsNotAcknowledgedAndEndsTheRun) {
  AddDetects(2);
  store_.failure = Internal("the disk failed");
  steps_ = {[&] { Join("ada", 1); }, [&] { Finish("ada", 0); }};
  const auto stats = Run();
  ASSERT_TRUE(stats.has_error());
  EXPECT_THAT(stats.error().message, HasSubstr("the disk failed"));
  EXPECT_THAT(Acks("ada"), IsEmpty());
}

TEST_F(ServerTest, AnswersDuplicatesAndStaleResults) {
  AddDetects(2);
  steps_ = {
      [&] { Join("ada", 1); },
      [&] { Finish("ada", 0); },
      [&] { Finish("ada", 0); },               // sent again: the acknowledgement was late
      [&] { Finish("ada", 1, 1, Epoch(4)); },  // of an earlier coordinator
      [&] { Finish("ada", 1, 7); },            // of an attempt that never was
      [&] { Finish("ada", 99); },              // of a task that never was
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted, AckStatus::kDuplicate,
                                       AckStatus::kStale, AckStatus::kStale, AckStatus::kStale));
  EXPECT_THAT(store_.committed, ElementsAre(0));
}

TEST_F(ServerTest, ADuplicateInTheSameTurnIsCommittedOnce) {
  AddDetects(2);
  steps_ = {
      [&] { Join("ada", 1); },
      [&] {
        Finish("ada", 0);
        Finish("ada", 0);
      },
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(store_.committed, ElementsAre(0));
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted, AckStatus::kDuplicate));
}

TEST_F(ServerTest, RefusesOtherProtocolVersionsAndSaysWhatToDo) {
  AddDetects(1);
  for (const std::uint32_t version : {kProtocolVersion - 1, kProtocolVersion + 1}) {
    steps_.emplace_back([this, version] {
      Hello hello;
      hello.protocol_version = version;
      hello.worker_uuid = "u";
      Say("ada", hello);
    });
  }
  ASSERT_TRUE(Run().has_value());
  const auto rejects = Sent<Reject>("ada");
  ASSERT_EQ(rejects.size(), 2U);
  EXPECT_THAT(rejects[0].reason, HasSubstr("protocol version 7; the coordinator speaks 8"));
  EXPECT_THAT(rejects[1].reason, HasSubstr("protocol version 9; the coordinator speaks 8"));
  for (const Reject& reject : rejects) {
    EXPECT_TRUE(reject.permanent);
    EXPECT_THAT(reject.reason, HasSubstr("install the same release on both"));
  }
  EXPECT_THAT(observer_.joined, IsEmpty());
}

TEST_F(ServerTest, RefusesGarbageAndGoesOn) {
  AddDetects(1);
  steps_ = {
      [&] {
        transport_.inbox.push_back({"mallory", "\xFF garbage", {}});
      },
      [&] { Join("ada", 1); },
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(Sent<Reject>("mallory").size(), 1U);
  EXPECT_TRUE(Sent<Reject>("mallory")[0].permanent);
  EXPECT_EQ(observer_.refused.size(), 1U);
  EXPECT_THAT(Assigned("ada"), ElementsAre(0));
}

TEST_F(ServerTest, AnUnknownPeerIsToldToSayHello) {
  AddDetects(1);
  steps_ = {
      [&] { Say("ada", Heartbeat{}); }, [&] { Finish("bob", 0); },
      [&] { Say("eve", Goodbye{"done"}); },  // wants no answer
  };
  ASSERT_TRUE(Run().has_value());
  for (const std::string peer : {"ada", "bob"}) {
    ASSERT_EQ(Sent<Reject>(peer).size(), 1U);
    EXPECT_FALSE(Sent<Reject>(peer)[0].permanent);
    EXPECT_THAT(Sent<Reject>(peer)[0].reason, HasSubstr("Hello"));
  }
  EXPECT_THAT(Sent<Reject>("eve"), IsEmpty());
  EXPECT_THAT(store_.committed, IsEmpty());
}

TEST_F(ServerTest, AnswersAHeartbeatWithAnEmptyAck) {
  AddDetects(1);
  steps_ = {[&] { Join("ada", 0); }, [&] { Say("ada", Heartbeat{3, 0, {}}); }};
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(Sent<Ack>("ada").size(), 1U);
  EXPECT_THAT(Sent<Ack>("ada")[0].items, IsEmpty());
}

TEST_F(ServerTest, TakesItsTimeToAnswerWhereThereAreManyWorkers) {
  AddDetects(2);
  steps_ = {[&] {
              for (int i = 0; i < 200; ++i) Join("worker " + std::to_string(i), i < 2 ? 1 : 0);
            },
            [&] {
              Say("worker 0", Heartbeat{0, 1, {}});
              Say("worker 1", Heartbeat{0, 1, {}});
            },
            [&] {
              Say("worker 0", Heartbeat{0, 2, {}});
              Finish("worker 1", 1);
            },
            [&] {},
            [&] { EXPECT_THAT(Sent<Ack>("worker 0"), IsEmpty()); },
            [&] {}};
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(Sent<Ack>("worker 0").size(), 1U);  // 40 ms after the first heartbeat
  EXPECT_EQ(Sent<Ack>("worker 0")[0].heartbeat, 2U);
  ASSERT_EQ(Sent<Ack>("worker 1").size(), 1U);  // of the result, which answers too
  EXPECT_EQ(Sent<Ack>("worker 1")[0].items.size(), 1U);
  EXPECT_EQ(Sent<Ack>("worker 1")[0].heartbeat, 1U);
}

TEST_F(ServerTest, AnswersWhileMoreArrivesThanItCanRead) {
  AddDetects(1);
  std::size_t unread = 0;  // at the first answer
  transport_.on_receive = [&] { clock_.Advance(milliseconds(1)); };
  transport_.on_send = [&](const FakeTransport::Sent& sent) {
    const auto message = DecodeCoordinatorMessage(sent.bytes);
    if (unread == 0 && std::holds_alternative<Ack>(message.value()))
      unread = transport_.inbox.size();
  };
  steps_ = {[&] { Join("ada", 0); },
            [&] {
              for (std::uint64_t i = 1; i <= 1000; ++i) Say("ada", Heartbeat{0, i, {}});
            }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_GE(unread, 900U);
}

TEST_F(ServerTest, ASecondHelloOfTheSameSessionIsWelcomedAgain) {
  AddDetects(3);
  steps_ = {[&] { Join("ada", 2); }, [&] { Join("ada", 0); }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(Sent<Welcome>("ada").size(), 2U);
  EXPECT_THAT(observer_.joined, ElementsAre("ada"));
  EXPECT_THAT(Assigned("ada"), ElementsAre(0, 1));  // and keeps its tasks
}

TEST_F(ServerTest, AHelloWithANewNonceStartsASessionWithEmptyHands) {
  AddDetects(2);
  steps_ = {[&] { Join("ada", 1); }, [&] { Join("ada", 1, 1, 2); }, [&] { Finish("ada", 0, 1); }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(observer_.joined.size(), 2U);
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kStale));
}

TEST_F(ServerTest, ALateCopyOfAnOldHelloDoesNotEndTheNewSession) {
  AddDetects(1);
  steps_ = {[&] { Join("ada", 0, 1, 2); }, [&] { Join("ada", 0, 1, 1); },
            [&] { Say("ada", Credit{1}); }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(observer_.joined.size(), 1U);
  EXPECT_THAT(Assigned("ada"), ElementsAre(0));
}

TEST_F(ServerTest, TheSameProcessOnANewConnectionReplacesItsOldSession) {
  AddDetects(1);
  steps_ = {
      [&] { Join("ada", 1); },
      [&] {
        Hello hello;
        hello.worker_uuid = "uuid of ada";
        hello.nonce = 2;
        Say("ada again", hello);
        Say("ada again", Credit{1});
      },
      [&] { Finish("ada", 0); },
      [&] { Finish("ada again", 0, 2); },
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(Sent<Reject>("ada").size(), 1U);
  EXPECT_THAT(Assigned("ada again"), ElementsAre(0));
  EXPECT_EQ(store_.ReadPayload(TaskId(0)).value(), "of ada again");
}

TEST_F(ServerTest, WhatCannotBeSentGoesToSomebodyElse) {
  AddDetects(1);
  transport_.status["ada"] = SendStatus::kUnreachable;
  steps_ = {[&] { Join("ada", 1); }, [&] { Join("bob", 1); }, [&] { Finish("bob", 0, 2); }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(Assigned("bob"), ElementsAre(0));
  EXPECT_THAT(store_.committed, ElementsAre(0));
}

TEST_F(ServerTest, AnExpiredLeaseGivesTheTaskToSomebodyElse) {
  AddDetects(1);
  steps_ = {
      [&] { Join("ada", 1); },
      [&] { Join("bob", 1); },
  };
  for (int i = 0; i < 8; ++i) {  // 7.2 s after ada's last word, over the lease of 6
    steps_.emplace_back([&] {
      clock_.Advance(milliseconds(900));
      Say("bob", Heartbeat{});
    });
  }
  steps_.emplace_back([&] { Finish("bob", 0, 2); });
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(Assigned("bob"), ElementsAre(0));
  EXPECT_THAT(store_.committed, ElementsAre(0));
}

TEST_F(ServerTest, NobodyIsLateBecauseTheCoordinatorSlept) {
  AddDetects(1);
  steps_ = {
      [&] { Join("ada", 1); },
      [&] { clock_.Advance(seconds(60)); },  // stopped and continued; nothing has arrived yet
      [&] { Finish("ada", 0); },
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(observer_.left, IsEmpty());
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted));
}

TEST_F(ServerTest, AFullDiskStopsAssigningAndAcknowledgesWhenThereIsRoom) {
  AddDetects(3);
  store_.failure = Unavailable("the disk is full");
  steps_ = {
      [&] { Join("ada", 1); },
      [&] { Finish("ada", 0); },
      [&] {
        Finish("ada", 0);  // sent again: it must not be called a duplicate before it is durable
        Say("ada", Heartbeat{0, 9, {}});
      },
      [&] {
        EXPECT_THAT(Acks("ada"), IsEmpty());
        EXPECT_EQ(Sent<Ack>("ada").back().heartbeat, 9U);  // it knows that we live
        EXPECT_THAT(Assigned("ada"), ElementsAre(0));
        store_.failure.reset();
        clock_.Advance(milliseconds(900));
      },
      [&] { clock_.Advance(milliseconds(900)); },
      [&] { Finish("ada", 1); },
      [&] { Finish("ada", 2); },
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(store_.committed, ElementsAre(0, 1, 2));
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted, AckStatus::kDuplicate,
                                       AckStatus::kCommitted, AckStatus::kCommitted));
  EXPECT_THAT(observer_.store_trouble, ElementsAre("the disk is full", "over"));
}

TEST_F(ServerTest, HeldLeasesAreGrantedUnderANewFence) {
  AddDetects(2);
  steps_ = {
      [&] {
        Hello hello;
        hello.worker_uuid = "uuid of ada";
        hello.nonce = 7;
        hello.held = {{Epoch(4), TaskId(1), Attempt(3)}, {Epoch(4), TaskId(9), Attempt(1)}};
        Say("ada", hello);
      },
      [&] { Finish("ada", 1, 1); },
      [&] { Say("ada", Credit{1}); },
      [&] { Finish("ada", 0, 1); },
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(Sent<Welcome>("ada").size(), 1U);
  const auto granted = Sent<Welcome>("ada")[0].granted;
  ASSERT_EQ(granted.size(), 1U);  // task 9 was never planned
  EXPECT_EQ(granted[0].held, (Lease{Epoch(4), TaskId(1), Attempt(3)}));
  EXPECT_EQ(granted[0].attempt, Attempt(1));
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted, AckStatus::kCommitted));
  EXPECT_THAT(Assigned("ada"), ElementsAre(0));
}

TEST_F(ServerTest, LeasesOfAnotherRunAreNotGranted) {
  AddDetects(2);
  steps_ = {
      [&] {
        Hello hello;
        hello.worker_uuid = "uuid of ada";
        hello.nonce = 7;
        hello.run = "the run before on this port";
        hello.held = {{Epoch(1), TaskId(1), Attempt(3)}};
        Say("ada", hello);
      },
      [&] { stop_ = true; },
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(Sent<Welcome>("ada").size(), 1U);
  EXPECT_THAT(Sent<Welcome>("ada")[0].granted, IsEmpty());
}

TEST_F(ServerTest, ASecondLiveWorkerUnderTheSameUuidIsRefused) {
  AddDetects(1);
  const auto hello = [](std::uint64_t nonce) {
    Hello h;
    h.worker_uuid = "the same";
    h.hostname = "host";
    h.nonce = nonce;
    return h;
  };
  steps_ = {
      [&, hello] {
        Say("first", hello((1ULL << 32) + 1));
        Say("first", Credit{1});
      },
      [&, hello] { Say("second", hello((2ULL << 32) + 1)); },
      [&] { Finish("first", 0); },
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(Sent<Reject>("second").size(), 1U);
  EXPECT_TRUE(Sent<Reject>("second")[0].permanent);
  EXPECT_THAT(Acks("first"), ElementsAre(AckStatus::kCommitted));
}

TEST_F(ServerTest, AnotherUserCannotEndASessionByItsUuid) {
  AddDetects(1);
  steps_ = {
      [&] { Join("ada", 1); },
      [&] {
        Hello hello;
        hello.worker_uuid = "uuid of ada";
        hello.nonce = 99;
        transport_.inbox.push_back({"eve", EncodeWorkerMessage(hello), "another key"});
      },
      [&] { Finish("ada", 0); },
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted));
}

TEST_F(ServerTest, AProcessThatWasSeenToDieGivesItsTasksBackAtOnce) {
  AddDetects(1);
  steps_ = {
      [&] {
        Hello hello;
        hello.worker_uuid = "u";
        hello.process_id = 4711;
        Say("ada", hello);
        Say("ada", Credit{1});
      },
      [&] { Join("bob", 1); },
      [&] { server_->ReportProcessEnd(4711, "was killed by signal 9"); },
      [&] {},
      [&] { Finish("bob", 0, 2); },
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_FALSE(observer_.left.empty());
  EXPECT_THAT(observer_.left[0], HasSubstr("was killed by signal 9"));
  EXPECT_THAT(Assigned("bob"), ElementsAre(0));
}

TEST_F(ServerTest, AWorkerWhoseModelHangsIsSentAway) {
  AddDetects(1);
  options_.task_deadline = seconds(3);
  steps_ = {[&] { Join("ada", 1); }};
  for (int i = 0; i < 5; ++i) {
    steps_.emplace_back([&] {
      clock_.Advance(milliseconds(900));
      Say("ada", Heartbeat{0, 1, {{TaskId(0), Attempt(1), 2, 3}}});  // always the same item
    });
  }
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(Sent<Reject>("ada").size(), 1U);
  EXPECT_TRUE(Sent<Reject>("ada")[0].permanent);
  EXPECT_THAT(Sent<Reject>("ada")[0].reason, HasSubstr("no progress"));
}

TEST_F(ServerTest, AWordThatWaitedWhileTheCoordinatorSleptRenewsTheLease) {
  AddDetects(1);
  steps_ = {
      [&] { Join("ada", 1); },
      [&] {
        clock_.Advance(seconds(60));  // stopped and continued
        Say("ada", Heartbeat{});      // came in the meantime
      },
      [&] { Finish("ada", 0); },
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted));
}

TEST_F(ServerTest, ATaskTakenBackBeforeItWasSentIsNotSent) {
  AddDetects(4);
  // One slot with much credit and four slots with as much: in one turn each is given two, and then
  // the idle slots of bob take the one that ada would have to keep waiting.
  steps_ = {[&] {
    Join("ada", 4, 1);
    Join("bob", 4, 4);
  }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(Assigned("ada").size(), 1U);
  EXPECT_EQ(Assigned("bob").size(), 3U);
  EXPECT_THAT(Sent<Cancel>("ada"), IsEmpty());
}

TEST_F(ServerTest, ATaskThatCannotBeBuiltIsQuarantinedWithTheReason) {
  AddDetects(2);
  unbuildable_ = TaskId(0);
  steps_ = {[&] { Join("ada", 2); }, [&] { Finish("ada", 1); }};
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(observer_.quarantined.size(), 1U);
  EXPECT_EQ(observer_.quarantined[0].task, TaskId(0));
  EXPECT_THAT(store_.LoadQuarantined().value()[0].reason, HasSubstr("detections are damaged"));
}

TEST_F(ServerTest, ALastTaskThatCannotBeBuiltIsStored) {
  AddDetects(1);
  unbuildable_ = TaskId(0);
  steps_ = {[&] {
    Join("ada", 1);
    Say("ada", Goodbye{"stopped"});
    Join("bob", 1);
  }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(store_.LoadQuarantined().value().size(), 1U);
}

TEST_F(ServerTest, APermanentFailureIsQuarantinedWithTheReason) {
  AddDetects(1);
  steps_ = {
      [&] { Join("ada", 1); },
      [&] {
        Say("ada", Failure{Epoch(4), TaskId(0), Attempt(1), "of another epoch",
                           FailureKind::kPermanent, std::nullopt});
      },
      [&] {
        Say("ada", Failure{kEpoch, TaskId(0), Attempt(1), "no such file", FailureKind::kPermanent,
                           std::nullopt});
      },
  };
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(observer_.quarantined.size(), 1U);
  EXPECT_EQ(observer_.quarantined[0].reason, "no such file");
}

TEST_F(ServerTest, ALinkTaskIsBuiltOnlyOfCommittedDetections) {
  AddDetects(2);
  AddLink();
  int links = 0;
  on_build = [&](const Task& task) {
    if (task.kind != TaskKind::kLink) return;
    ++links;
    EXPECT_THAT(store_.committed, ElementsAre(0, 1));
  };
  steps_ = {
      [&] { Join("ada", 3); },
      [&] {
        Finish("ada", 0);
        Finish("ada", 1);
      },
      [&] { Finish("ada", 2); },
  };
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(links, 1);
  EXPECT_THAT(Assigned("ada"), ElementsAre(0, 1, 2));
}

TEST_F(ServerTest, StopWaitsForLastResultsButNotForEver) {
  AddDetects(3);
  steps_ = {
      [&] {
        Join("ada", 2);
        Join("bob", 1);
      },
      [&] { stop_ = true; },
      [&] { Finish("ada", 0); },  // ended before the Drain reached it
      [&] { Say("ada", Goodbye{"done"}); },
      [&] { Join("eve", 0); },
  };
  const auto stats = Run();  // bob never answers: its lease or the limit ends the wait
  ASSERT_TRUE(stats.has_value());
  EXPECT_EQ(stats.value().commits, 1U);
  EXPECT_THAT(Acks("ada"), ElementsAre(AckStatus::kCommitted));
  EXPECT_EQ(Sent<Drain>("bob").size(), 1U);
  ASSERT_EQ(Sent<Reject>("eve").size(), 1U);
  EXPECT_THAT(Sent<Reject>("eve")[0].reason, HasSubstr("the run is over"));
}

TEST_F(ServerTest, ALinkTaskThatNoMessageCanHoldIsQuarantined) {
  AddLink();
  max_message_bytes_ = 1000;
  detections_.assign(100, FrameDetections{0, {{0, 0.5F, {0, 0, 10, 10}}}});
  steps_ = {[&] { Join("ada", 1); }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_THAT(Assigned("ada"), IsEmpty());
  ASSERT_EQ(store_.LoadQuarantined().value().size(), 1U);
  EXPECT_THAT(store_.LoadQuarantined().value()[0].reason,
              HasSubstr("more than a message may hold"));
}

TEST_F(ServerTest, ADismissedWorkerIsToldOnceAndItsTaskGoesToAnother) {
  AddDetects(1);
  steps_ = {[&] { Join("a", 1); }, [&] { server_->Dismiss(WorkerId(1)); },
            [&] {
              Say("a", Goodbye{"done"});
              Join("b", 1);
            },
            [&] { Finish("b", 0, 2); }};
  ASSERT_TRUE(Run().has_value());
  EXPECT_EQ(Sent<Drain>("a").size(), 1U);
  EXPECT_EQ(store_.committed, std::vector<std::uint64_t>{0});
}

TEST_F(ServerTest, ADismissedWorkerThatCannotBeReachedIsLost) {
  AddDetects(1);
  steps_ = {[&] { Join("a", 0); },
            [&] {
              transport_.status["a"] = SendStatus::kBusy;
              server_->Dismiss(WorkerId(1));
            },
            [] {}};
  ASSERT_TRUE(Run().has_value());
  ASSERT_EQ(observer_.left.size(), 1U);
  EXPECT_EQ(observer_.left[0], "its connection is gone");
}

}  // namespace
}  // namespace prelabel
