// Encodings are written byte by byte after https://protobuf.dev/programming-guides/encoding.
#include "common/wire/wire_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "common/wire/codec.h"
#include "common/wire/prelabel.pb.h"

namespace prelabel {
namespace {

using testing::HasSubstr;

std::string Varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80U);
  return bytes + static_cast<char>(value);
}
std::string Tag(unsigned field, unsigned type) { return Varint(field << 3 | type); }
std::string Bytes(unsigned field, const std::string& value) {
  return Tag(field, 2) + Varint(value.size()) + value;
}
std::string Number(unsigned field, std::uint64_t value) { return Tag(field, 0) + Varint(value); }
std::string Repeat(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string Why(WireRoot root, const std::string& bytes, const WireLimits& limits = {}) {
  const auto result = CheckWireLimits(root, bytes, limits);
  return result ? "fine" : result.error().message;
}
constexpr auto kWorker = WireRoot::kWorkerEnvelope;
constexpr auto kCoordinator = WireRoot::kCoordinatorEnvelope;
constexpr auto kPayload = WireRoot::kTaskPayload;

TEST(WireLimits, RulesAreThoseOfTheProto) {
  const auto* file = wire::WorkerEnvelope::descriptor()->file();
  using Field = google::protobuf::FieldDescriptor;
  for (int i = 0; i < file->message_type_count(); ++i) {
    const auto* message = file->message_type(i);
    for (int k = 0; k < message->field_count(); ++k) {
      const Field* field = message->field(k);
      const char* rule = WireRuleOf(message->name(), static_cast<std::uint32_t>(field->number()));
      ASSERT_NE(rule, nullptr) << field->full_name() << " has no rule in wire_limits.cc";
      std::string expected;
      switch (field->type()) {
        case Field::TYPE_BYTES:
          expected = "bytes";
          break;
        case Field::TYPE_MESSAGE:
          expected = "message";
          break;
        case Field::TYPE_FLOAT:
          expected = "fixed32";
          break;
        case Field::TYPE_FIXED64:
        case Field::TYPE_DOUBLE:
          expected = "fixed64";
          break;
        case Field::TYPE_UINT32:
        case Field::TYPE_UINT64:
        case Field::TYPE_INT64:
        case Field::TYPE_SINT64:
        case Field::TYPE_BOOL:
          expected = "varint";
          break;
        default:
          FAIL() << "a type that wire_limits.cc does not know: " << field->full_name();
      }
      if (field->is_repeated()) expected += "*";
      EXPECT_EQ(rule, expected) << field->full_name();
    }
  }
}

TEST(WireLimits, AMillionEmptyEntriesAreNotDecoded) {
  const std::string item = Bytes(1, "");  // two bytes for an object of a hundred
  const std::size_t limit = WireLimits().entries;
  EXPECT_EQ(Why(kPayload, Repeat(item, limit)), "fine");
  EXPECT_THAT(Why(kPayload, Repeat(item, limit + 1)), HasSubstr("too many entries"));
  EXPECT_THAT(Why(kPayload, Repeat(Bytes(2, ""), limit + 1)), HasSubstr("too many entries"));
  // The limit holds over all of a message: here two Assigns, which protobuf would merge.
  const std::string half = Bytes(3, Repeat(Bytes(2, ""), limit / 2 + 1));
  EXPECT_EQ(Why(kCoordinator, half), "fine");
  EXPECT_THAT(Why(kCoordinator, half + half), HasSubstr("too many entries"));
  EXPECT_THAT(Why(kWorker, Bytes(1, Repeat(Bytes(11, ""), limit + 1))), HasSubstr("too many"));
  EXPECT_THAT(Why(kWorker, Bytes(3, Repeat(Bytes(3, ""), limit + 1))), HasSubstr("too many"));
  EXPECT_THAT(Why(kWorker, Bytes(4, Repeat(Bytes(2, ""), limit + 1))), HasSubstr("too many"));
  EXPECT_THAT(Why(kCoordinator, Bytes(1, Repeat(Bytes(9, ""), limit + 1))), HasSubstr("too many"));
  EXPECT_THAT(Why(kCoordinator, Bytes(4, Repeat(Bytes(1, ""), limit + 1))), HasSubstr("too many"));
}

TEST(WireLimits, NestedListsCountTogether) {
  const WireLimits limits{.frames = 4, .paths = 4, .small_numbers = 4};
  const auto assign = [](const std::string& task) { return Bytes(3, Bytes(2, task)); };
  const std::string frame = Bytes(9, "");
  const std::string path = Bytes(8, "");
  EXPECT_EQ(Why(kCoordinator, assign(Repeat(frame, 2) + Repeat(path, 4)), limits), "fine");
  EXPECT_THAT(Why(kCoordinator, Repeat(assign(Repeat(frame, 3)), 2), limits),
              HasSubstr("too many"));
  EXPECT_THAT(Why(kCoordinator, assign(Repeat(path, 5)), limits), HasSubstr("too many"));
}

TEST(WireLimits, MasksCountOverAllItems) {
  const WireLimits limits{.masks = 4};
  const std::string two = Bytes(1, Repeat(Bytes(11, ""), 2));
  EXPECT_EQ(Why(kPayload, Repeat(two, 2), limits), "fine");
  EXPECT_THAT(Why(kPayload, Repeat(two, 3), limits), HasSubstr("too many"));
  // A mask's text has no limit of its own.
  EXPECT_EQ(Why(kPayload, Bytes(1, Bytes(11, std::string(1 << 20, 'x')))), "fine");
}

TEST(WireLimits, SmallNumbersCountPackedOrNot) {
  const WireLimits limits{.small_numbers = 4};
  const auto item = [](const std::string& classes) { return Bytes(1, Bytes(5, classes)); };
  EXPECT_EQ(Why(kPayload, item(Bytes(1, Repeat(Varint(300), 4))), limits), "fine");
  EXPECT_THAT(Why(kPayload, item(Bytes(1, Repeat(Varint(300), 5))), limits), HasSubstr("too many"));
  EXPECT_THAT(Why(kPayload, item(Bytes(1, std::string(5, '\0'))), limits), HasSubstr("too many"));
  EXPECT_THAT(Why(kPayload, item(Repeat(Number(1, 7), 5)), limits), HasSubstr("too many"));
  EXPECT_THAT(Why(kPayload, Repeat(item(Bytes(1, "\1\1\1")), 2), limits), HasSubstr("too many"));
  EXPECT_THAT(Why(kPayload, Bytes(2, Bytes(3, "\1\1\1\1\1")), limits), HasSubstr("too many"));
}

TEST(WireLimits, LongTextsAndManyUnknownFieldsAreNotDecoded) {
  EXPECT_EQ(Why(kWorker, Bytes(6, Bytes(1, std::string(4096, 'x')))), "fine");
  EXPECT_THAT(Why(kWorker, Bytes(6, Bytes(1, std::string(4097, 'x')))), HasSubstr("too long"));
  EXPECT_THAT(Why(kCoordinator, Bytes(3, Bytes(2, Bytes(8, std::string(4097, 'x'))))),
              HasSubstr("too long"));
  // A result's payload is stored unopened.
  EXPECT_EQ(Why(kWorker, Bytes(4, Bytes(2, Bytes(6, std::string(1 << 20, 'x'))))), "fine");
  EXPECT_EQ(Why(kWorker, Number(99, 1)), "fine");
  EXPECT_THAT(Why(kWorker, Repeat(Number(99, 1), (1 << 16) + 1)), HasSubstr("unknown fields"));
}

TEST(WireLimits, WhatIsNoEncodingIsRefused) {
  const std::string good = Bytes(6, Bytes(1, "bye"));
  ASSERT_EQ(Why(kWorker, good), "fine");
  for (std::size_t length = 1; length < good.size(); ++length) {
    EXPECT_THAT(Why(kWorker, good.substr(0, length)), HasSubstr("cut short")) << length;
  }
  EXPECT_THAT(Why(kWorker, Tag(2, 0) + std::string(11, '\xff')), HasSubstr("cut short"));
  EXPECT_THAT(Why(kWorker, Tag(6, 2) + Varint(~std::uint64_t{0})), HasSubstr("cut short"));
  EXPECT_THAT(Why(kWorker, Number(0, 1)), HasSubstr("field number"));
  EXPECT_THAT(Why(kWorker, Tag(7, 3) + Tag(7, 4)), HasSubstr("groups"));
  EXPECT_THAT(Why(kWorker, Number(1, 1)), HasSubstr("another type"));
  EXPECT_THAT(Why(kWorker, Bytes(2, Bytes(1, "x"))), HasSubstr("another type"));
}

// Whatever protobuf itself writes passes, so that no honest message is lost.
TEST(WireLimits, AgreesWithProtobuf) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    TaskResult result;
    for (unsigned i = random() % 5; i > 0; --i) {
      ItemResult item;
      item.item = random();
      item.width = static_cast<int>(random() % 5000);
      for (unsigned k = random() % 40; k > 0; --k) {
        item.predictions.push_back(
            {static_cast<std::uint16_t>(random() % 500), 0.5F, {1, 2, 3, 4}});
      }
      result.items.push_back(item);
    }
    Track track;
    std::int64_t frame = 0;
    for (unsigned k = random() % 40; k > 0; --k) {
      frame += 1 + random() % 1000;
      track.keyframes.push_back({frame, {1, 2, 3, 4}, 0.25F});
    }
    result.tracks.push_back(track);
    EXPECT_EQ(Why(kPayload, EncodeTaskPayload(result)), "fine");
  }
}

}  // namespace
}  // namespace prelabel
