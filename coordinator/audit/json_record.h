// Takes values out of a parsed JSON document that may be anything; the first that does not fit is
// remembered, and all reads after it give nothing. Not thread-safe.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/geometry/box.h"

namespace prelabel {

class JsonRecord {
 public:
  bool ok() const { return problem_.empty(); }
  // "\"seed\" must be …".
  const std::string& problem() const { return problem_; }
  void Fail(std::string_view key, std::string_view must);

  // Null, and a problem, where it is missing.
  const boost::json::value* Find(const boost::json::value& object, std::string_view key);
  const boost::json::array& List(const boost::json::value& object, std::string_view key);
  std::string Text(const boost::json::value& object, std::string_view key);
  std::uint64_t Count(const boost::json::value& object, std::string_view key, std::uint64_t most);
  double Number(const boost::json::value& object, std::string_view key, double least, double most);
  // [x1, y1, x2, y2] in pixels.
  Box Corners(const boost::json::value& object, std::string_view key);

 private:
  std::string problem_;
  boost::json::array empty_;
};

}  // namespace prelabel
