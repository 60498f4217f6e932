#include "coordinator/formats/csv_reader.h"

#include <cstddef>
#include <utility>

namespace prelabel {
namespace {

Error At(std::size_t line, std::string message) {
  return InvalidArgument(std::move(message), "line " + std::to_string(line));
}

class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  bool AtEnd() const { return next_ >= text_.size(); }
  std::size_t line() const { return line_; }

  // The next record; `fields` empty for an empty line.
  Result<void> Next(std::vector<std::string>& fields) {
    fields.clear();
    while (true) {
      PRELABEL_TRY(std::string field, Field());
      const bool last = AtEnd() || text_[next_] != ',';
      if (!(last && fields.empty() && field.empty())) fields.push_back(std::move(field));
      if (last) break;
      ++next_;
    }
    if (!AtEnd() && text_[next_] == '\r') ++next_;
    if (!AtEnd() && text_[next_] == '\n') ++next_;
    ++line_;
    return Ok();
  }

 private:
  Result<std::string> Field() {
    std::string field;
    if (AtEnd() || text_[next_] != '"') {
      while (!AtEnd() && !EndsField(text_[next_])) {
        if (text_[next_] == '"')
          return At(line_, "a quote stands inside of a field; quote all of it");
        field += text_[next_++];
      }
      return field;
    }
    const std::size_t began = line_;
    for (++next_; !AtEnd(); ++next_) {
      const char c = text_[next_];
      if (c == '"') {
        if (next_ + 1 >= text_.size() || text_[next_ + 1] != '"') break;
        ++next_;
      }
      if (c == '\n') ++line_;
      field += c;
    }
    if (AtEnd()) return At(began, "a quoted field does not end");
    ++next_;
    if (!AtEnd() && !EndsField(text_[next_])) {
      return At(line_, "text stands behind a quoted field");
    }
    return field;
  }

  static bool EndsField(char c) { return c == ',' || c == '\n' || c == '\r'; }

  std::string_view text_;
  std::size_t next_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<void> ReadCsv(
    std::string_view text,
    const std::function<Result<void>(std::size_t line, const std::vector<std::string>& fields)>&
        row) {
  Fields reader(text);
  std::vector<std::string> fields;
  while (!reader.AtEnd()) {
    const std::size_t line = reader.line();
    PRELABEL_TRY(reader.Next(fields));
    if (fields.empty()) continue;
    PRELABEL_TRY(row(line, fields));
  }
  return Ok();
}

}  // namespace prelabel
