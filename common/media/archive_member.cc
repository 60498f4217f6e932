#include "common/media/archive_member.h"

#include <charconv>
#include <limits>
#include <new>
#include <utility>

#include "common/media/file_part.h"
#include "common/media/inflate.h"

namespace prelabel {
namespace {

constexpr std::string_view kPrefix = "member:";
constexpr std::string_view kDeflatedPrefix = "deflated:";

// Digits up to the next ':', which is taken, too.
std::optional<std::uint64_t> TakeNumber(std::string_view& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop == end || *stop != ':') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  return number;
}

Error NotAllThere() {
  return DataLoss("the archive ends before the end of this member: was it changed after the scan?");
}

Result<std::string> ReadRange(const ArchiveMember& member) {
  const std::uint64_t stored = StoredBytes(member);
  PRELABEL_TRY(FilePart part, ReadFilePart(member.archive, member.offset, stored));
  return UnpackMember(member, std::move(part.bytes));
}

}  // namespace

std::uint64_t StoredBytes(const ArchiveMember& member) {
  return member.packed > 0 ? member.packed : member.size;
}

Result<std::string> UnpackMember(const ArchiveMember& member, std::string stored) {
  if (stored.size() != StoredBytes(member)) return NotAllThere();
  if (member.size == 0) return DataLoss("the file is empty (0 bytes)");
  if (member.packed > 0) return Inflate(stored, member.size);
  return stored;
}

std::string MemberLocation(const ArchiveMember& member) {
  std::string text(member.packed > 0 ? kDeflatedPrefix : kPrefix);
  text += std::to_string(member.offset) + ":";
  if (member.packed > 0) text += std::to_string(member.packed) + ":";
  return text + std::to_string(member.size) + ":" + member.archive.string();
}

std::optional<ArchiveMember> ParseMemberLocation(std::string_view location) {
  const bool deflated = location.starts_with(kDeflatedPrefix);
  if (!deflated && !location.starts_with(kPrefix)) return std::nullopt;
  location.remove_prefix(deflated ? kDeflatedPrefix.size() : kPrefix.size());
  const auto offset = TakeNumber(location);
  if (!offset || *offset > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / 2) {
    return std::nullopt;
  }
  const auto packed = deflated ? TakeNumber(location) : std::optional<std::uint64_t>(0);
  if (!packed || *packed > kMaxMemberBytes || (deflated && *packed == 0)) return std::nullopt;
  const auto size = TakeNumber(location);
  if (!size || *size > kMaxMemberBytes || !location.starts_with('/')) return std::nullopt;
  return ArchiveMember{std::filesystem::path(location), *offset, *size, *packed};
}

std::string ShownMember(const ArchiveMember& member) {
  return member.archive.string() + " (byte " + std::to_string(member.offset) + ")";
}

Result<std::string> ReadMember(const ArchiveMember& member) {
  try {
    Result<std::string> bytes = ReadRange(member);
    if (bytes) return bytes;
    Error error = bytes.error();
    error.context = ShownMember(member);
    return error;
  } catch (const std::bad_alloc&) {
    return Unavailable("not enough memory to read the picture", ShownMember(member));
  }
}

}  // namespace prelabel
