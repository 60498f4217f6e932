#include "common/wire/wire_limits.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "common/wire/varint.h"

namespace prelabel {
namespace {

// As in prelabel.proto; kText is `bytes` with a limit, kBlob without one.
enum class Kind : std::uint8_t {
  kVarint,
  kFixed32,
  kFixed64,
  kText,
  kTexts,
  kBlob,
  kBlobs,
  kMessage,
  kMessages,
  kFloats,   // repeated float: four bytes for four
  kVarints,  // repeated integers: up to eight bytes for one
};

enum Counter : std::uint8_t {
  kHeld,
  kRunning,
  kResults,
  kTasks,
  kGranted,
  kModels,
  kAcks,
  kItems,
  kTracks,
  kFrames,
  kPaths,
  kMasks,
  kSmallNumbers,
  kUnknown,
  kCounters,
  kUncounted = kCounters,
};

struct MessageRule;
struct FieldRule {
  std::uint32_t number;
  Kind kind;
  Counter counter = kUncounted;
  const MessageRule* message = nullptr;
};
struct MessageRule {
  const char* name;
  std::span<const FieldRule> fields;
};

using enum Kind;

constexpr FieldRule kLeaseFields[] = {{1, kVarint}, {2, kVarint}, {3, kVarint}};
constexpr MessageRule kLease{"Lease", kLeaseFields};
constexpr FieldRule kHelloFields[] = {{1, kVarint},
                                      {2, kText},
                                      {3, kText},
                                      {4, kFixed64},
                                      {5, kVarint},
                                      {6, kText},
                                      {7, kText},
                                      {8, kText},
                                      {9, kText},
                                      {10, kVarint},
                                      {11, kMessages, kHeld, &kLease},
                                      {12, kText},
                                      {13, kText}};
constexpr MessageRule kHello{"Hello", kHelloFields};
constexpr FieldRule kCreditFields[] = {{1, kVarint}};
constexpr MessageRule kCredit{"Credit", kCreditFields};
constexpr FieldRule kRunningTaskFields[] = {{1, kVarint}, {2, kVarint}, {3, kVarint}, {4, kVarint}};
constexpr MessageRule kRunningTask{"RunningTask", kRunningTaskFields};
constexpr FieldRule kHeartbeatFields[] = {
    {1, kVarint}, {2, kVarint}, {3, kMessages, kRunning, &kRunningTask},
    {4, kVarint}, {5, kVarint}, {6, kVarint}};
constexpr MessageRule kHeartbeat{"Heartbeat", kHeartbeatFields};
constexpr FieldRule kResultFields[] = {{1, kVarint},
                                       {2, kVarint},
                                       {3, kVarint},
                                       {4, kVarint},
                                       {5, kVarint},
                                       {6, kBlob},
                                       {7, kVarints, kSmallNumbers}};
constexpr MessageRule kResult{"Result", kResultFields};
constexpr FieldRule kResultsFields[] = {{1, kVarint}, {2, kMessages, kResults, &kResult}};
constexpr MessageRule kResultsRule{"Results", kResultsFields};
constexpr FieldRule kFailureFields[] = {{1, kVarint}, {2, kVarint}, {3, kVarint}, {4, kText},
                                        {5, kVarint}, {6, kVarint}, {7, kVarint}};
constexpr MessageRule kFailure{"Failure", kFailureFields};
constexpr FieldRule kGoodbyeFields[] = {{1, kText}};
constexpr MessageRule kGoodbye{"Goodbye", kGoodbyeFields};
constexpr FieldRule kFetchFields[] = {{1, kVarint}, {2, kVarint}, {3, kText},
                                      {4, kVarint}, {5, kVarint}, {6, kVarint}};
constexpr MessageRule kFetch{"Fetch", kFetchFields};
constexpr FieldRule kWorkerFields[] = {
    {1, kMessage, kUncounted, &kHello},     {2, kMessage, kUncounted, &kCredit},
    {3, kMessage, kUncounted, &kHeartbeat}, {4, kMessage, kUncounted, &kResultsRule},
    {5, kMessage, kUncounted, &kFailure},   {6, kMessage, kUncounted, &kGoodbye},
    {7, kMessage, kUncounted, &kFetch}};
constexpr MessageRule kWorkerEnvelope{"WorkerEnvelope", kWorkerFields};

constexpr FieldRule kPredictionsFields[] = {
    {1, kVarints, kSmallNumbers}, {2, kFloats}, {3, kFloats}};
constexpr MessageRule kPredictions{"Predictions", kPredictionsFields};
constexpr FieldRule kFrameFields[] = {
    {1, kVarint}, {2, kMessage, kUncounted, &kPredictions}, {3, kBlob}, {4, kBlob}};
constexpr MessageRule kFrame{"Frame", kFrameFields};
constexpr FieldRule kLinkOptionsFields[] = {
    {1, kFloats},  {2, kFixed32}, {3, kFixed32}, {4, kFixed32}, {5, kVarint},
    {6, kFixed32}, {7, kVarint},  {8, kFixed64}, {9, kVarint},  {10, kVarint}};
constexpr MessageRule kLinkOptions{"LinkOptions", kLinkOptionsFields};
constexpr FieldRule kChooserFields[] = {
    {1, kVarint}, {2, kVarint}, {3, kFixed32}, {4, kVarint}, {5, kVarint}};
constexpr MessageRule kChooser{"Chooser", kChooserFields};
constexpr FieldRule kImageTileFields[] = {{1, kVarint}, {2, kVarint}, {3, kVarint},
                                          {4, kVarint}, {5, kVarint}, {6, kVarint}};
constexpr MessageRule kImageTile{"ImageTile", kImageTileFields};
constexpr FieldRule kAssignmentFields[] = {{1, kVarint},
                                           {2, kVarint},
                                           {3, kVarint},
                                           {4, kVarint},
                                           {5, kVarint},
                                           {6, kVarint},
                                           {7, kVarint},
                                           {8, kTexts, kPaths},
                                           {9, kMessages, kFrames, &kFrame},
                                           {10, kMessage, kUncounted, &kLinkOptions},
                                           {11, kVarint},
                                           {12, kMessage, kUncounted, &kChooser},
                                           {13, kVarints, kSmallNumbers},
                                           {14, kMessages, kPaths, &kImageTile}};
constexpr MessageRule kAssignment{"Assignment", kAssignmentFields};
constexpr FieldRule kAssignFields[] = {{1, kVarint}, {2, kMessages, kTasks, &kAssignment}};
constexpr MessageRule kAssign{"Assign", kAssignFields};
constexpr FieldRule kGrantFields[] = {{1, kMessage, kUncounted, &kLease}, {2, kVarint}};
constexpr MessageRule kGrant{"Grant", kGrantFields};
constexpr FieldRule kJobModelFields[] = {{1, kText}, {2, kTexts, kPaths}, {3, kFixed32}};
constexpr MessageRule kJobModel{"JobModel", kJobModelFields};
constexpr FieldRule kWelcomeFields[] = {
    {1, kVarint},  {2, kVarint},   {3, kVarint},
    {4, kText},    {5, kFixed32},  {6, kFixed32},
    {7, kVarint},  {8, kVarint},   {9, kMessages, kGranted, &kGrant},
    {10, kText},   {11, kText},    {12, kMessages, kModels, &kJobModel},
    {13, kVarint}, {14, kFixed32}, {15, kVarint}};
constexpr MessageRule kWelcome{"Welcome", kWelcomeFields};
constexpr FieldRule kRejectFields[] = {{1, kText}, {2, kVarint}};
constexpr MessageRule kReject{"Reject", kRejectFields};
constexpr FieldRule kAckItemFields[] = {{1, kVarint}, {2, kVarint}, {3, kVarint}};
constexpr MessageRule kAckItem{"AckItem", kAckItemFields};
constexpr FieldRule kAckFields[] = {{1, kMessages, kAcks, &kAckItem}, {2, kVarint}};
constexpr MessageRule kAck{"Ack", kAckFields};
constexpr FieldRule kCancelFields[] = {{1, kVarint}, {2, kVarint}};
constexpr MessageRule kCancel{"Cancel", kCancelFields};
constexpr MessageRule kDrain{"Drain", {}};
constexpr FieldRule kChunkFields[] = {{1, kVarint}, {2, kVarint}, {3, kVarint},
                                      {4, kBlob},   {5, kVarint}, {6, kText}};
constexpr MessageRule kChunk{"Chunk", kChunkFields};
constexpr FieldRule kCoordinatorFields[] = {
    {1, kMessage, kUncounted, &kWelcome}, {2, kMessage, kUncounted, &kReject},
    {3, kMessage, kUncounted, &kAssign},  {4, kMessage, kUncounted, &kAck},
    {5, kMessage, kUncounted, &kCancel},  {6, kMessage, kUncounted, &kDrain},
    {7, kMessage, kUncounted, &kChunk}};
constexpr MessageRule kCoordinatorEnvelope{"CoordinatorEnvelope", kCoordinatorFields};

constexpr FieldRule kItemFields[] = {{1, kVarint},
                                     {2, kBlob},
                                     {3, kVarint},
                                     {4, kVarint},
                                     {5, kMessage, kUncounted, &kPredictions},
                                     {6, kFloats},
                                     {7, kBlob},
                                     {8, kBlob},
                                     {9, kBlob},
                                     {10, kBlob},
                                     {11, kBlobs, kMasks},
                                     {12, kBlob}};
constexpr MessageRule kItem{"Item", kItemFields};
constexpr FieldRule kTrackFields[] = {
    {1, kVarint}, {2, kVarint}, {3, kVarints, kSmallNumbers}, {4, kFloats}, {5, kFloats}};
constexpr MessageRule kTrack{"Track", kTrackFields};
constexpr FieldRule kPayloadFields[] = {{1, kMessages, kItems, &kItem},
                                        {2, kMessages, kTracks, &kTrack}};
constexpr MessageRule kTaskPayload{"TaskPayload", kPayloadFields};

constexpr FieldRule kVideoIndexFields[] = {{1, kVarint},
                                           {2, kVarint},
                                           {3, kVarint},
                                           {4, kVarint},
                                           {5, kVarint},
                                           {6, kVarints, kSmallNumbers},
                                           {7, kVarints, kSmallNumbers},
                                           {8, kVarints, kSmallNumbers},
                                           {9, kVarints, kSmallNumbers},
                                           {10, kVarints, kSmallNumbers}};
constexpr MessageRule kVideoIndex{"VideoIndex", kVideoIndexFields};

// https://protobuf.dev/programming-guides/encoding
enum WireType : std::uint8_t { kWireVarint = 0, kWire64 = 1, kWireBytes = 2, kWire32 = 5 };

WireType WireTypeOf(Kind kind) {
  switch (kind) {
    case kVarint:
    case kVarints:
      return kWireVarint;
    case kFixed32:
    case kFloats:
      return kWire32;
    case kFixed64:
      return kWire64;
    default:
      return kWireBytes;
  }
}

class Scan {
 public:
  explicit Scan(const WireLimits& limits) : text_(limits.text) {
    left_.fill(limits.entries);
    left_[kFrames] = limits.frames;
    left_[kPaths] = limits.paths;
    left_[kMasks] = limits.masks;
    left_[kSmallNumbers] = limits.small_numbers;
    left_[kUnknown] = limits.unknown_fields;
  }

  // nullptr, or what is wrong. The rules nest a few levels deep, and so does this.
  const char* Message(const MessageRule& rule, std::string_view bytes) {
    while (!bytes.empty()) {
      std::uint64_t key = 0;
      if (!TakeVarint(bytes, key)) return kCutShort;
      const auto type = static_cast<std::uint8_t>(key & 7U);
      const std::uint64_t number = key >> 3;
      if (number == 0 || number >= (1U << 29)) return "no such field number";
      std::uint64_t length = 0;  // of the value that follows, in bytes
      if (type == kWireVarint) {
        std::uint64_t value = 0;
        if (!TakeVarint(bytes, value)) return kCutShort;
      } else if (type == kWireBytes) {
        if (!TakeVarint(bytes, length)) return kCutShort;
      } else if (type == kWire32 || type == kWire64) {
        length = type == kWire32 ? 4 : 8;
      } else {
        return "groups are not used";
      }
      if (length > bytes.size()) return kCutShort;
      const std::string_view value = bytes.substr(0, length);
      bytes.remove_prefix(length);
      if (const char* wrong = Field(Find(rule, number), type, value)) return wrong;
    }
    return nullptr;
  }

 private:
  static constexpr const char* kCutShort = "cut short";
  static constexpr const char* kTooMany = "too many entries";

  static const FieldRule* Find(const MessageRule& rule, std::uint64_t number) {
    // Rules are in order and nearly always without gaps.
    if (number <= rule.fields.size() && rule.fields[number - 1].number == number) {
      return &rule.fields[number - 1];
    }
    const auto found = std::find_if(rule.fields.begin(), rule.fields.end(),
                                    [&](const FieldRule& field) { return field.number == number; });
    return found == rule.fields.end() ? nullptr : &*found;
  }

  bool Count(Counter counter, std::size_t number = 1) {
    if (counter == kUncounted) return true;
    if (number > left_[counter]) return false;
    left_[counter] -= number;
    return true;
  }

  const char* Field(const FieldRule* rule, std::uint8_t type, std::string_view value) {
    if (rule == nullptr) return Count(kUnknown) ? nullptr : "too many unknown fields";
    const bool packed = type == kWireBytes && (rule->kind == kVarints || rule->kind == kFloats);
    if (!packed && type != WireTypeOf(rule->kind)) return "a field of another type";
    switch (rule->kind) {
      case kText:
      case kTexts:
        if (value.size() > text_) return "a text is too long";
        return Count(rule->counter) ? nullptr : kTooMany;
      case kBlobs:
        return Count(rule->counter) ? nullptr : kTooMany;
      case kMessage:
      case kMessages:
        if (!Count(rule->counter)) return kTooMany;
        return Message(*rule->message, value);
      case kVarints:
        return Count(rule->counter, packed ? VarintsIn(value) : 1) ? nullptr : kTooMany;
      default:
        return nullptr;
    }
  }

  // Each ends with a byte below 128.
  static std::size_t VarintsIn(std::string_view bytes) {
    return static_cast<std::size_t>(std::count_if(
        bytes.begin(), bytes.end(), [](char c) { return static_cast<std::uint8_t>(c) < 0x80; }));
  }

  std::size_t text_;
  std::array<std::size_t, kCounters> left_{};
};

const MessageRule& RuleOf(WireRoot root) {
  switch (root) {
    case WireRoot::kWorkerEnvelope:
      return kWorkerEnvelope;
    case WireRoot::kCoordinatorEnvelope:
      return kCoordinatorEnvelope;
    case WireRoot::kVideoIndex:
      return kVideoIndex;
    case WireRoot::kTaskPayload:
      break;
  }
  return kTaskPayload;
}

const MessageRule* FindMessage(const MessageRule& rule, std::string_view name) {
  if (rule.name == name) return &rule;
  for (const FieldRule& field : rule.fields) {
    if (field.message == nullptr) continue;
    if (const MessageRule* found = FindMessage(*field.message, name)) return found;
  }
  return nullptr;
}

}  // namespace

Result<void> CheckWireLimits(WireRoot root, std::string_view bytes, const WireLimits& limits) {
  if (const char* wrong = Scan(limits).Message(RuleOf(root), bytes)) {
    return InvalidArgument(std::string("malformed message: ") + wrong);
  }
  return Ok();
}

const char* WireRuleOf(std::string_view message, std::uint32_t field) {
  constexpr std::array<const char*, 11> kNames = {"varint",   "fixed32",  "fixed64", "bytes",
                                                  "bytes*",   "bytes",    "bytes*",  "message",
                                                  "message*", "fixed32*", "varint*"};
  for (const MessageRule* root :
       {&kWorkerEnvelope, &kCoordinatorEnvelope, &kTaskPayload, &kVideoIndex}) {
    const MessageRule* rule = FindMessage(*root, message);
    if (rule == nullptr) continue;
    for (const FieldRule& entry : rule->fields) {
      if (entry.number == field) return kNames[static_cast<std::size_t>(entry.kind)];
    }
  }
  return nullptr;
}

}  // namespace prelabel
