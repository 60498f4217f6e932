#include "coordinator/formats/xml_stream.h"

#include <expat.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace prelabel {
namespace {

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using OwnedParser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

// What the parser calls. It is C: nothing may be thrown through it, and an error stops it.
class Handler {
 public:
  Handler(XML_Parser parser, XmlEvents& events, const XmlLimits& limits)
      : parser_(parser), events_(events), limits_(limits) {
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, &Handler::Begin, &Handler::End);
    XML_SetCharacterDataHandler(parser, &Handler::Text);
    XML_SetStartDoctypeDeclHandler(parser, &Handler::Doctype);
    XML_SetXmlDeclHandler(parser, &Handler::Declaration);
  }

  const std::optional<Error>& error() const { return error_; }

  std::string Here() const {
    return XmlPlace(XML_GetCurrentLineNumber(parser_), XML_GetCurrentColumnNumber(parser_) + 1);
  }

 private:
  static Handler& Of(void* data) { return *static_cast<Handler*>(data); }

  static void Begin(void* data, const XML_Char* name, const XML_Char** attributes) {
    Of(data).OnBegin(name, attributes);
  }
  static void End(void* data, const XML_Char* /*name*/) { Of(data).OnEnd(); }
  static void Text(void* data, const XML_Char* text, int length) {
    Of(data).OnText({text, static_cast<std::size_t>(length)});
  }
  static void Doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    Of(data).Fail(
        "a document type (<!DOCTYPE …>) is not read, since it can declare entities that expand "
        "without end; take it out");
  }
  static void Declaration(void* data, const XML_Char*, const XML_Char* encoding, int) {
    if (encoding == nullptr) return;
    std::string name(encoding);
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (name != "utf-8" && name != "utf8" && name != "us-ascii") {
      Of(data).Fail("the encoding must be UTF-8; convert the file, and its first line");
    }
  }

  void OnBegin(const XML_Char* name, const XML_Char** attributes) {
    if (error_) return;
    if (texts_.size() == limits_.depth) {
      return Fail(fmt::format("elements are nested more than {} deep", limits_.depth));
    }
    element_.name = name;
    element_.attributes.clear();
    element_.line = XML_GetCurrentLineNumber(parser_);
    element_.column = XML_GetCurrentColumnNumber(parser_) + 1;
    if (element_.name.size() > limits_.name) return FailLong("a name", limits_.name);
    for (; *attributes != nullptr; attributes += 2) {
      if (element_.attributes.size() == limits_.attributes) {
        return Fail(fmt::format("an element has more than {} attributes", limits_.attributes));
      }
      const XmlAttribute attribute{attributes[0], attributes[1]};
      if (attribute.name.size() > limits_.name) return FailLong("a name", limits_.name);
      if (attribute.value.size() > limits_.value) return FailLong("a value", limits_.value);
      element_.attributes.push_back(attribute);
    }
    texts_.emplace_back();
    Pass(events_.OnBegin(element_));
  }

  void OnEnd() {
    if (error_) return;
    const std::string text = std::move(texts_.back());
    texts_.pop_back();
    Pass(events_.OnEnd(text));
  }

  void OnText(std::string_view text) {
    if (error_) return;
    if (text.size() > limits_.text - texts_.back().size()) return FailLong("a text", limits_.text);
    texts_.back() += text;
  }

  void FailLong(std::string_view what, std::size_t limit) {
    Fail(fmt::format("{} has more than {} bytes", what, limit));
  }
  void Fail(std::string message) {
    if (!error_) Pass(InvalidArgument(std::move(message), Here()));
  }
  void Pass(Result<void> result) {
    if (result) return;
    error_ = std::move(result).error();
    XML_StopParser(parser_, XML_FALSE);
  }

  XML_Parser parser_;
  XmlEvents& events_;
  const XmlLimits& limits_;
  XmlElement element_;
  std::vector<std::string> texts_;  // of the open elements
  std::optional<Error> error_;
};

Error SyntaxError(XML_Parser parser, std::string place) {
  const XML_Error code = XML_GetErrorCode(parser);
  std::string message;
  switch (code) {
    case XML_ERROR_NO_ELEMENTS:
      message = "the file ends before its first element; is it empty or cut off?";
      break;
    case XML_ERROR_UNCLOSED_TOKEN:
    case XML_ERROR_UNCLOSED_CDATA_SECTION:
    case XML_ERROR_PARTIAL_CHAR:
      message = "the file is cut off inside a tag or a text";
      break;
    case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
      message = "there is more text behind the end of the root element";
      break;
    case XML_ERROR_UNDEFINED_ENTITY:
      message = "an entity is used that XML does not define; write the character itself";
      break;
    case XML_ERROR_UNKNOWN_ENCODING:
    case XML_ERROR_INCORRECT_ENCODING:
      message = "the encoding must be UTF-8; convert the file, and its first line";
      break;
    case XML_ERROR_NO_MEMORY:
      return Unavailable("memory is short; try again with more of it", std::move(place));
    default:
      message = fmt::format("this is not well-formed XML: {}; write it with an XML library",
                            XML_ErrorString(code));
  }
  return InvalidArgument(std::move(message), std::move(place));
}

}  // namespace

const std::string_view* XmlElement::Find(std::string_view wanted) const {
  for (const XmlAttribute& attribute : attributes) {
    if (attribute.name == wanted) return &attribute.value;
  }
  return nullptr;
}

std::string XmlPlace(std::uint64_t line, std::uint64_t column) {
  return fmt::format("line {}, column {}", line, column);
}

Result<void> ReadXml(std::istream& in, XmlEvents& events, const XmlLimits& limits,
                     std::size_t most) {
  const OwnedParser owned(XML_ParserCreate("UTF-8"));  // whatever the document says of itself
  const XML_Parser parser = owned.get();
  if (parser == nullptr) return Unavailable("memory is short; try again with more of it");
  Handler handler(parser, events, limits);
  std::string chunk;
  std::uint64_t read = 0;
  for (bool last = false; !last;) {
    chunk.resize(most);
    in.read(chunk.data(), static_cast<std::streamsize>(most));
    chunk.resize(static_cast<std::size_t>(in.gcount()));
    if (in.bad()) return Unavailable("the file cannot be read to its end; try again");
    last = in.eof();
    // The parser would notice UTF-16 by itself, and read it.
    for (std::size_t i = 0; i < chunk.size() && read + i < 2; ++i) {
      const auto byte = static_cast<unsigned char>(chunk[i]);
      if (byte == 0 || byte >= 0xFE) {
        return InvalidArgument("the encoding must be UTF-8; convert the file", XmlPlace(1, 1));
      }
    }
    read += chunk.size();
    const XML_Status status = XML_Parse(parser, chunk.data(), static_cast<int>(chunk.size()),
                                        last ? XML_TRUE : XML_FALSE);
    if (handler.error()) return *handler.error();
    if (status != XML_STATUS_OK) return SyntaxError(parser, handler.Here());
    // A tag is kept whole until it ends, and looked at again with every piece.
    const XML_Index done = XML_GetCurrentByteIndex(parser);
    if (done >= 0 && read - static_cast<std::uint64_t>(done) > limits.unfinished) {
      return InvalidArgument(
          fmt::format("a tag or comment has more than {} bytes", limits.unfinished),
          handler.Here());
    }
  }
  return Ok();
}

}  // namespace prelabel
