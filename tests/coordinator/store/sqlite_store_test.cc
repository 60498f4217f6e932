// The store against a real SQLite file, looked at and damaged through SQLite's own interface. What
// every store does is in store_conformance_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "coordinator/store/store.h"
#include "tests/coordinator/store/store_folder.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

class SqliteStoreTest : public testing::Test {
 protected:
  std::string Path() const { return folder_.Database(); }

  std::unique_ptr<Store> Open() {
    Result<std::unique_ptr<Store>> store = OpenSqliteStore(Path());
    EXPECT_TRUE(store.has_value()) << store.error().ToString();
    return store ? std::move(store).value() : nullptr;
  }

  // Statements behind the store's back.
  void Sql(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(Path().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  StoreFolder folder_;
};

std::vector<Task> Tasks(std::uint64_t first, std::uint64_t count) {
  std::vector<Task> tasks;
  for (std::uint64_t i = first; i < first + count; ++i) {
    tasks.push_back({TaskId(i), TaskKind::kDetect, SourceId(3), i * 16, 16, 2});
  }
  return tasks;
}

EncodedResult MakeResult(std::uint64_t task, std::uint32_t attempt, std::string payload) {
  return {TaskId(task), Attempt(attempt), 16, 1, 2500, std::move(payload)};
}

TEST_F(SqliteStoreTest, KeepsTasksResultsAndFactsOverAReopen) {
  const std::string binary("\0\1payload\0\xFF", 11);
  {
    const auto store = Open();
    ASSERT_TRUE(store->AppendTasks(Tasks(0, 3)).has_value());
    ASSERT_TRUE(store->AppendTasks({{TaskId(3), TaskKind::kLink, SourceId(7), 0, 795, 1}}));
    ASSERT_TRUE(store->PutMeta("job", "first").has_value());
    ASSERT_TRUE(store->PutMeta("job", "second").has_value());
    ASSERT_TRUE(store->Commit({MakeResult(1, 2, binary)}, {{TaskId(2), 3, "crashed"}}).has_value());
  }
  const auto store = Open();
  EXPECT_EQ(store->GetMeta("job").value(), "second");
  EXPECT_EQ(store->GetMeta("nothing").value(), std::nullopt);
  const std::vector<TaskRow> rows = store->LoadTasks().value();
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1].task, Tasks(0, 3)[1]);
  EXPECT_EQ(rows[3].task, (Task{TaskId(3), TaskKind::kLink, SourceId(7), 0, 795, 1}));
  EXPECT_EQ(rows[0].state, TaskState::kPending);
  EXPECT_EQ(rows[0].attempts, 0U);
  EXPECT_EQ(rows[1].state, TaskState::kCommitted);
  EXPECT_EQ(rows[1].attempts, 2U);
  EXPECT_EQ(rows[1].failed_items, 1U);
  EXPECT_EQ(rows[1].compute_micros, 2500U);
  EXPECT_EQ(rows[2].state, TaskState::kQuarantined);
  EXPECT_EQ(rows[2].attempts, 3U);
  EXPECT_EQ(store->ReadPayload(TaskId(1)).value(), binary);
  EXPECT_EQ(store->ReadPayload(TaskId(0)).value(), std::nullopt);
  const std::vector<QuarantinedTask> quarantined = store->LoadQuarantined().value();
  ASSERT_EQ(quarantined.size(), 1U);
  EXPECT_EQ(quarantined[0].task, TaskId(2));
  EXPECT_EQ(quarantined[0].attempts, 3U);
  EXPECT_EQ(quarantined[0].reason, "crashed");
}

TEST_F(SqliteStoreTest, EmptyRunHasNoTasks) {
  { Open(); }
  const auto store = Open();
  EXPECT_TRUE(store->LoadTasks().value().empty());
  EXPECT_TRUE(store->LoadQuarantined().value().empty());
  EXPECT_TRUE(store->AppendTasks({}).has_value());
  EXPECT_TRUE(store->Commit({}, {}).has_value());
}

TEST_F(SqliteStoreTest, EpochRisesByOneALife) {
  {
    const auto store = Open();
    EXPECT_EQ(store->NextEpoch().value(), Epoch(1));
    EXPECT_EQ(store->NextEpoch().value(), Epoch(2));
  }
  EXPECT_EQ(Open()->NextEpoch().value(), Epoch(3));
}

TEST_F(SqliteStoreTest, ACommitIsOnDiskForOthersWhenItReturns) {
  const auto store = Open();
  ASSERT_TRUE(store->AppendTasks(Tasks(0, 1)));
  ASSERT_TRUE(store->Commit({MakeResult(0, 1, "seen")}, {}));
  // What a SIGKILL would leave: the files as they are now, without the writer's goodbye.
  const fs::path copy = folder_.path() / "copy";
  fs::create_directories(copy);
  fs::copy_file(Path(), copy / "run.db");
  fs::copy_file(Path() + "-wal", copy / "run.db-wal");
  const auto survivor = OpenSqliteStore((copy / "run.db").string());
  ASSERT_TRUE(survivor.has_value());
  EXPECT_EQ(survivor.value()->ReadPayload(TaskId(0)).value(), "seen");
}

TEST_F(SqliteStoreTest, ASecondCoordinatorIsRefusedAndAReaderIsNot) {
  const auto store = Open();
  ASSERT_TRUE(store->AppendTasks(Tasks(0, 2)));
  ASSERT_TRUE(store->Commit({MakeResult(0, 1, "one")}, {}));
  const auto second = OpenSqliteStore(Path());
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);

  const auto reader = OpenSqliteStoreReadOnly(Path());
  ASSERT_TRUE(reader.has_value()) << reader.error().ToString();
  EXPECT_EQ(reader.value()->ReadPayload(TaskId(0)).value(), "one");
  ASSERT_TRUE(store->Commit({MakeResult(1, 1, "two")}, {}));
  EXPECT_EQ(reader.value()->ReadPayload(TaskId(1)).value(), "two");
  EXPECT_EQ(reader.value()->PutMeta("a", "b").error().code, ErrorCode::kInternal);
  EXPECT_EQ(reader.value()->Commit({MakeResult(1, 1, "x")}, {}).error().code, ErrorCode::kInternal);
}

TEST_F(SqliteStoreTest, AReaderOpensAFinishedRunButMakesNone) {
  {
    const auto store = Open();
    ASSERT_TRUE(store->AppendTasks(Tasks(0, 2)));
  }
  const auto reader = OpenSqliteStoreReadOnly(Path());
  ASSERT_TRUE(reader.has_value()) << reader.error().ToString();
  EXPECT_EQ(reader.value()->LoadTasks().value().size(), 2U);

  const auto missing = OpenSqliteStoreReadOnly((folder_.path() / "other.db").string());
  ASSERT_TRUE(missing.has_error());
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(fs::exists(folder_.path() / "other.db"));
}

TEST_F(SqliteStoreTest, ADamagedPayloadIsNoticedAndNamed) {
  {
    const auto store = Open();
    ASSERT_TRUE(store->AppendTasks(Tasks(0, 2)));
    ASSERT_TRUE(
        store->Commit({MakeResult(0, 1, std::string(20000, 'a')), MakeResult(1, 1, "whole")}, {}));
  }
  // One bit, in the file itself: 'a' to 'c' in the middle of the only run of 'a's.
  std::fstream file(Path(), std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const std::size_t at = bytes.find(std::string(500, 'a')) + 250;
  ASSERT_LT(at, bytes.size());
  file.clear();
  file.seekp(static_cast<std::streamoff>(at));
  file.put('c');
  file.close();

  const auto store = Open();
  const auto damaged = store->ReadPayload(TaskId(0));
  ASSERT_TRUE(damaged.has_error());
  EXPECT_EQ(damaged.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(damaged.error().message, testing::HasSubstr("task 0"));
  EXPECT_EQ(store->ReadPayload(TaskId(1)).value(), "whole");
}

TEST_F(SqliteStoreTest, ExchangedAndMissingPayloadsAreNoticed) {
  {
    const auto store = Open();
    ASSERT_TRUE(store->AppendTasks(Tasks(0, 3)));
    ASSERT_TRUE(store->Commit(
        {MakeResult(0, 1, "zero"), MakeResult(1, 1, "one"), MakeResult(2, 1, "two")}, {}));
  }
  Sql("UPDATE payload SET bytes = 'one' WHERE task = 0;"
      "UPDATE payload SET bytes = 'zero' WHERE task = 1;"
      "UPDATE committed SET hash = (SELECT hash FROM committed WHERE task = 1) WHERE task = 0;"
      "DELETE FROM payload WHERE task = 2");
  const auto store = Open();
  for (const std::uint64_t task : {0, 1, 2}) {
    EXPECT_EQ(store->ReadPayload(TaskId(task)).error().code, ErrorCode::kDataLoss);
  }
}

TEST_F(SqliteStoreTest, OtherVersionsAndOtherFilesAreRefusedUntouched) {
  { Open(); }
  Sql("PRAGMA user_version=1");
  for (const auto& store : {OpenSqliteStore(Path()), OpenSqliteStoreReadOnly(Path())}) {
    ASSERT_TRUE(store.has_error());
    EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(store.error().message, testing::HasSubstr("another version"));
  }
  fs::remove(Path());
  Sql("CREATE TABLE other (a); PRAGMA journal_mode=DELETE");
  const auto foreign = OpenSqliteStore(Path());
  ASSERT_TRUE(foreign.has_error());
  EXPECT_EQ(foreign.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(foreign.error().message, testing::HasSubstr("not a database of prelabel"));

  fs::remove(Path());
  std::ofstream(Path()) << std::string(5000, 'x');
  for (const auto& store : {OpenSqliteStore(Path()), OpenSqliteStoreReadOnly(Path())}) {
    ASSERT_TRUE(store.has_error());
    EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(store.error().message, testing::HasSubstr("not a database of prelabel"));
  }
  EXPECT_EQ(fs::file_size(Path()), 5000U);
}

TEST_F(SqliteStoreTest, AMissingFolderIsTheUsersToMend) {
  const auto store = OpenSqliteStore((folder_.path() / "none" / "run.db").string());
  ASSERT_TRUE(store.has_error());
  EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace prelabel
