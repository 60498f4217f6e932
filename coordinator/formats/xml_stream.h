// An XML document (XML 1.0, UTF-8) of any size as a stream of events. The adapter of the XML
// parser, whose headers stay in xml_stream.cc. Nothing in a document is trusted: it has no document
// type and declares no entities, and every part of it has a limit. One reading a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

struct XmlAttribute {
  std::string_view name;
  std::string_view value;  // references resolved
};

// A start tag. Views are valid during the call.
struct XmlElement {
  std::string_view name;
  std::vector<XmlAttribute> attributes;  // as they stand; no name twice
  std::uint64_t line = 0;                // of its "<", from 1
  std::uint64_t column = 0;              // from 1, in bytes

  // The attribute's value, or null where there is none of the name. Valid as long as the element.
  const std::string_view* Find(std::string_view name) const;
};

// "line 3, column 5".
std::string XmlPlace(std::uint64_t line, std::uint64_t column);

// Gets what stands in the document, in its order. An error that it returns ends the reading.
class XmlEvents {
 public:
  virtual ~XmlEvents() = default;
  virtual Result<void> OnBegin(const XmlElement& element) = 0;
  // The innermost element ends. `text`: what stands directly in it, its children taken out.
  virtual Result<void> OnEnd(std::string_view text) = 0;
};

struct XmlLimits {
  std::size_t depth = 32;
  std::size_t attributes = 64;                    // of an element
  std::size_t value = std::size_t{1} << 22;       // bytes of an attribute's value
  std::size_t text = std::size_t{1} << 20;        // bytes of text directly in an element
  std::size_t name = 256;                         // bytes of an element's or attribute's name
  std::size_t unfinished = std::size_t{1} << 23;  // bytes of one tag or comment
};

// Reads from where the stream stands to its end, at most `most` bytes at a time. InvalidArgument
// with line and column where it is not well-formed, is not UTF-8, has a document type (so no entity
// is ever declared, and none expands) or exceeds a limit; or what the events returned. Unavailable:
// the stream fails.
Result<void> ReadXml(std::istream& in, XmlEvents& events, const XmlLimits& limits = {},
                     std::size_t most = std::size_t{1} << 16);

}  // namespace prelabel
