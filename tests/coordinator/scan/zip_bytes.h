// Zip archives made by hand, as APPNOTE.TXT section 4.3 lays them out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace prelabel {

inline std::string Little(std::uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFF);
  return bytes;
}

// One block that is not compressed (RFC 1951 section 3.2.4), which every inflater unpacks.
inline std::string Deflated(const std::string& bytes) {
  return "\x01" + Little(bytes.size(), 2) + Little(~bytes.size(), 2) + bytes;
}

struct ZipMember {
  std::string name;
  std::string packed;  // as it stands in the archive
  std::uint64_t size = 0;
  std::uint64_t method = 0;  // 8: deflate
  std::uint64_t flags = 0;
  std::uint64_t mode = 0;  // Unix; 0: made elsewhere
  bool zip64 = false;
};

inline ZipMember Stored(const std::string& name, const std::string& bytes) {
  return {name, bytes, bytes.size()};
}

// The local headers have an extra field that the directory lacks.
inline std::string ZipBytes(const std::vector<ZipMember>& members, bool zip64 = false) {
  std::string text;
  std::string directory;
  for (const ZipMember& member : members) {
    const std::uint64_t at = text.size();
    const std::string sizes =
        Little(0, 4) + Little(member.packed.size(), 4) + Little(member.size, 4);
    const std::string common =
        Little(20, 2) + Little(member.flags, 2) + Little(member.method, 2) + Little(0, 4);
    text += Little(0x04034B50, 4) + common + sizes + Little(member.name.size(), 2) + Little(6, 2) +
            member.name + Little(0x7777, 2) + Little(2, 2) + "ab" + member.packed;
    const std::string extra = member.zip64 ? Little(1, 2) + Little(24, 2) + Little(member.size, 8) +
                                                 Little(member.packed.size(), 8) + Little(at, 8)
                                           : "";
    directory += Little(0x02014B50, 4) + Little(20, 1) + Little(member.mode != 0 ? 3 : 0, 1) +
                 common + (member.zip64 ? Little(0, 4) + std::string(8, '\xFF') : sizes) +
                 Little(member.name.size(), 2) + Little(extra.size(), 2) + Little(0, 2) +
                 Little(0, 2) + Little(0, 2) + Little(member.mode << 16, 4) +
                 Little(member.zip64 ? 0xFFFFFFFF : at, 4) + member.name + extra;
  }
  const std::uint64_t at = text.size();
  text += directory;
  if (zip64) {
    const std::uint64_t end64 = text.size();
    text += Little(0x06064B50, 4) + Little(44, 8) + Little(45, 2) + Little(45, 2) + Little(0, 4) +
            Little(0, 4) + Little(members.size(), 8) + Little(members.size(), 8) +
            Little(directory.size(), 8) + Little(at, 8);
    text += Little(0x07064B50, 4) + Little(0, 4) + Little(end64, 8) + Little(1, 4);
  }
  const std::uint64_t count = zip64 ? 0xFFFF : members.size();
  text += Little(0x06054B50, 4) + Little(0, 2) + Little(0, 2) + Little(count, 2) +
          Little(count, 2) + Little(zip64 ? 0xFFFFFFFF : directory.size(), 4) +
          Little(zip64 ? 0xFFFFFFFF : at, 4) + Little(0, 2);
  return text;
}

}  // namespace prelabel
