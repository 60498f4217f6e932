#include "coordinator/report/report_reader.h"

#include <boost/json/parse_options.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/input_file.h"
#include "coordinator/report/report.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20;
constexpr std::size_t kMaxClasses = 65535;
constexpr std::size_t kMaxTests = 1000;

// Reads values; the first one that does not fit is remembered, and nothing after it matters.
class Fields {
 public:
  const std::string& problem() const { return problem_; }
  void Fail(const std::string& where, std::string_view what) {
    if (problem_.empty()) problem_ = fmt::format("\"{}\" {}", where, what);
  }

  // Null where the key is not there or null.
  const json::value* Find(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  const json::object* Object(const json::object& in, std::string_view key, const std::string& path,
                             bool needed) {
    const json::value* value = Find(in, key);
    if (value != nullptr && value->is_object()) return &value->get_object();
    if (value != nullptr) Fail(path + std::string(key), "is no object");
    if (value == nullptr && needed) Fail(path + std::string(key), "is missing");
    return nullptr;
  }
  const json::array& Array(const json::object& in, std::string_view key, const std::string& path,
                           std::size_t most) {
    const json::value* value = Find(in, key);
    if (value == nullptr) return none_;
    if (!value->is_array() || value->get_array().size() > most) {
      Fail(path + std::string(key), fmt::format("is no list of at most {}", most));
      return none_;
    }
    return value->get_array();
  }
  std::string Text(const json::object& in, std::string_view key, const std::string& path) {
    const json::value* value = Find(in, key);
    if (value == nullptr) return {};
    if (value->is_string()) return std::string(value->get_string());
    Fail(path + std::string(key), "is no text");
    return {};
  }
  std::uint64_t Count(const json::object& in, std::string_view key, const std::string& path) {
    const json::value* value = Find(in, key);
    if (value == nullptr) return 0;
    if (value->is_int64() && value->get_int64() >= 0) {
      return static_cast<std::uint64_t>(value->get_int64());
    }
    Fail(path + std::string(key), "is no count");
    return 0;
  }
  bool Flag(const json::object& in, std::string_view key, const std::string& path) {
    const json::value* value = Find(in, key);
    if (value == nullptr) return false;
    if (value->is_bool()) return value->get_bool();
    Fail(path + std::string(key), "is neither true nor false");
    return false;
  }
  std::optional<double> Number(const json::object& in, std::string_view key,
                               const std::string& path, double low, double high) {
    const json::value* value = Find(in, key);
    if (value == nullptr) return std::nullopt;
    return InRange(*value, path + std::string(key), low, high);
  }
  Interval Pair(const json::object& in, std::string_view key, const std::string& path, double low,
                double high) {
    const json::array& pair = Array(in, key, path, 2);
    if (pair.size() != 2) return {low, high};
    const std::string where = path + std::string(key);
    return {InRange(pair[0], where, low, high).value_or(low),
            InRange(pair[1], where, low, high).value_or(high)};
  }

 private:
  std::optional<double> InRange(const json::value& value, const std::string& where, double low,
                                double high) {
    if (value.is_number()) {
      const double number = value.is_double()  ? value.get_double()
                            : value.is_int64() ? static_cast<double>(value.get_int64())
                                               : static_cast<double>(value.get_uint64());
      if (number >= low && number <= high) return number;
    }
    Fail(where, fmt::format("is no number from {} to {}", low, high));
    return std::nullopt;
  }

  const json::array none_;
  std::string problem_;
};

constexpr double kMostHours = 1e12;

std::optional<Verdict> VerdictNamed(Fields& fields, const std::string& name,
                                    const std::string& where) {
  const std::optional<Verdict> verdict = ParseVerdict(name);
  if (!verdict && !name.empty()) fields.Fail(where, "is no verdict");
  return verdict;
}

void ReadRouting(Fields& fields, const json::object& in, RoutingTotals& totals) {
  const std::string path = "assessment.routing.";
  totals.labels_auto = fields.Count(in, "labels_auto", path);
  totals.labels_review = fields.Count(in, "labels_review", path);
  totals.labels_manual = fields.Count(in, "labels_manual", path);
  totals.hours_by_hand = fields.Number(in, "hours_by_hand", path, 0, kMostHours).value_or(0);
  totals.hours_left = fields.Number(in, "hours_left", path, 0, kMostHours).value_or(0);
  totals.hours_left_interval = fields.Pair(in, "hours_left_interval", path, 0, kMostHours);
  totals.hours_saved = fields.Number(in, "hours_saved", path, -kMostHours, kMostHours).value_or(0);
  totals.hours_saved_interval =
      fields.Pair(in, "hours_saved_interval", path, -kMostHours, kMostHours);
}

void ReadVerdict(Fields& fields, const json::object& in, const std::string& path,
                 ClassFigures& figures) {
  figures.verdict = VerdictNamed(fields, fields.Text(in, "verdict", path), path + "verdict");
  figures.auto_threshold = fields.Number(in, "auto_threshold", path, 0, 1);
  figures.labels_auto = fields.Count(in, "labels_auto", path);
  if (const json::object* confidence = fields.Object(in, "confidence", path, false)) {
    const std::string inner = path + "confidence.";
    if (fields.Flag(*confidence, "calibrated", inner)) {
      figures.precision = fields.Number(*confidence, "expected_precision", inner, 0, 1);
      figures.interval = fields.Pair(*confidence, "interval", inner, 0, 1);
    }
  }
  if (const json::object* audit = fields.Object(in, "audit", path, false)) {
    const std::string inner = path + "audit.";
    if (fields.Count(*audit, "checked", inner) > 0) {
      figures.precision = fields.Number(*audit, "precision", inner, 0, 1);
      figures.interval = fields.Pair(*audit, "precision_interval", inner, 0, 1);
      figures.checked = true;
    }
  }
}

void AddDrifted(Fields& fields, const json::value& value, const std::string& where,
                std::vector<std::string>& drifted) {
  if (!value.is_object()) return fields.Fail(where, "is no object");
  const json::object& test = value.get_object();
  if (fields.Flag(test, "drift", where)) drifted.push_back(fields.Text(test, "name", where));
}

void ReadShift(Fields& fields, const json::object& shift, ReportFigures& figures) {
  const std::string path = "assessment.shift.";
  figures.drift = fields.Flag(shift, "drift", path);
  if (const json::object* embedding = fields.Object(shift, "embedding", path, false)) {
    for (const char* name : {"mmd", "reconstruction"}) {
      if (const json::value* test = embedding->if_contains(name)) {
        AddDrifted(fields, *test, path + "embedding." + name, figures.drifted);
      }
    }
  }
  for (const char* name : {"features", "predictions"}) {
    for (const json::value& test : fields.Array(shift, name, path, kMaxTests)) {
      AddDrifted(fields, test, path + name, figures.drifted);
    }
  }
}

void ReadAssessment(Fields& fields, const json::object& in, ReportFigures& figures) {
  const std::string path = "assessment.";
  figures.verdict = VerdictNamed(fields, fields.Text(in, "verdict", path), path + "verdict");
  if (!figures.verdict) fields.Fail(path + "verdict", "is missing");
  figures.guaranteed = fields.Flag(in, "guaranteed", path);
  figures.sentence = fields.Text(in, "sentence", path);
  if (const json::object* routing = fields.Object(in, "routing", path, true)) {
    ReadRouting(fields, *routing, figures.routing);
  }
  if (const json::object* reference = fields.Object(in, "reference", path, false)) {
    figures.reference = fields.Text(*reference, "file", path + "reference.");
  }
  if (const json::object* shift = fields.Object(in, "shift", path, false)) {
    ReadShift(fields, *shift, figures);
  }
  const json::array& classes = fields.Array(in, "classes", path, kMaxClasses);
  if (classes.size() != figures.classes.size()) {
    return fields.Fail(path + "classes", "is not parallel to \"classes\"");
  }
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const std::string inner = fmt::format("assessment.classes[{}].", c);
    if (!classes[c].is_object()) return fields.Fail(inner, "is no object");
    if (fields.Text(classes[c].get_object(), "name", inner) != figures.classes[c].name) {
      return fields.Fail(inner + "name", fmt::format("is not that of classes[{}]", c));
    }
    ReadVerdict(fields, classes[c].get_object(), inner, figures.classes[c]);
  }
}

void ReadClasses(Fields& fields, const json::object& root, ReportFigures& figures) {
  std::set<std::string> names;
  const json::array& classes = fields.Array(root, "classes", "", kMaxClasses);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const std::string path = fmt::format("classes[{}].", c);
    if (!classes[c].is_object()) return fields.Fail(path, "is no object");
    ClassFigures entry;
    entry.name = fields.Text(classes[c].get_object(), "name", path);
    entry.labels = fields.Count(classes[c].get_object(), "labels", path);
    if (!names.insert(entry.name).second) fields.Fail(path + "name", "is there twice");
    figures.classes.push_back(std::move(entry));
  }
}

std::string PlaceOf(std::string_view text, std::size_t at) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : text.substr(0, at)) {
    ++column;
    if (c != '\n') continue;
    ++line;
    column = 1;
  }
  return fmt::format("{}:{}", line, column);
}

Result<json::value> ParseJson(std::string_view text) {
  json::parser parser;
  boost::system::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (error) {
    return InvalidArgument(
        fmt::format("{}: is no JSON ({}); write it again with 'prelabel report "
                    "RUN'",
                    PlaceOf(text, read), error.message()));
  }
  if (text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
    return InvalidArgument(
        fmt::format("{}: is no JSON (something follows); write it "
                    "again with 'prelabel report RUN'",
                    PlaceOf(text, read)));
  }
  return parser.release();
}

}  // namespace

Result<ReportFigures> ParseReportFigures(std::string_view text) {
  PRELABEL_TRY(const json::value document, ParseJson(text));
  const json::object* root = document.if_object();
  const json::value* format = root == nullptr ? nullptr : root->if_contains("format");
  if (format == nullptr || !format->is_int64()) {
    return InvalidArgument("is no report of prelabel: it has no \"format\"");
  }
  if (format->get_int64() != static_cast<std::int64_t>(kReportFormat)) {
    return InvalidArgument(
        fmt::format("is of format {}, not {}; write it again with 'prelabel report RUN'",
                    format->get_int64(), kReportFormat));
  }
  Fields fields;
  ReportFigures figures;
  figures.job = fields.Text(*root, "job", "");
  if (const json::object* model = fields.Object(*root, "model", "", true)) {
    figures.model = fields.Text(*model, "name", "model.");
  }
  if (const json::object* run = fields.Object(*root, "run", "", true)) {
    figures.started = fields.Text(*run, "started", "run.");
  }
  if (const json::object* totals = fields.Object(*root, "totals", "", true)) {
    figures.items = fields.Count(*totals, "items", "totals.");
    figures.labels = fields.Count(*totals, "labels", "totals.");
    figures.quarantined = fields.Count(*totals, "quarantined", "totals.");
  }
  ReadClasses(fields, *root, figures);
  if (const json::object* assessment = fields.Object(*root, "assessment", "", false)) {
    ReadAssessment(fields, *assessment, figures);
  }
  if (!fields.problem().empty()) {
    return InvalidArgument(fields.problem() +
                           "; write the report again with 'prelabel report RUN'");
  }
  return figures;
}

Result<ReportFigures> ReadReportFigures(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path file =
      std::filesystem::is_directory(path, error) ? path / "report" / "report.json" : path;
  if (!std::filesystem::is_regular_file(file, error)) {
    return InvalidArgument("there is no report; give a run directory or its report.json",
                           file.string());
  }
  PRELABEL_TRY(const std::string text, ReadWholeFile(file, kMaxBytes));
  Result<ReportFigures> figures = ParseReportFigures(text);
  if (figures.has_error()) return InvalidArgument(figures.error().message, file.string());
  return figures;
}

}  // namespace prelabel
