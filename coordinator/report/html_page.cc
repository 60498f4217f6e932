#include "coordinator/report/html_page.h"

#include <cmath>

namespace prelabel {

std::string ShareText(double share) {
  const int digits = share > 0.985 && share < 0.9995 ? 1 : 0;
  // A no-break space, as before a unit.
  return fmt::format("{:.{}f}\u00A0%", 100 * share, digits);
}

std::string IntervalText(const Interval& interval) {
  const std::string low = ShareText(interval.low);
  return low.substr(0, low.find("\u00A0")) + "–" + ShareText(interval.high);
}

std::string HoursText(double hours) {
  if (hours < 0) return "-" + HoursText(-hours);
  const double minutes = std::round(60 * hours);
  if (minutes < 60) return fmt::format("{:.0f} min", minutes);
  if (hours < 9.95) return fmt::format("{:.1f} h", hours);
  return FormatCount(static_cast<std::uint64_t>(std::llround(hours))) + " h";
}

std::string VerdictTitle(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAutomate:
      return "Automate";
    case Verdict::kReview:
      return "Review";
    case Verdict::kByHand:
      return "Label by hand";
    case Verdict::kNoLabels:
      break;
  }
  return "No labels";
}

std::string VerdictClass(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAutomate:
      return "automate";
    case Verdict::kReview:
      return "review";
    case Verdict::kByHand:
      return "byhand";
    case Verdict::kNoLabels:
      break;
  }
  return "none";
}

std::string VerdictBadge(Verdict verdict) {
  return fmt::format("<b class=\"badge {}\">{}</b>", VerdictClass(verdict), VerdictTitle(verdict));
}

}  // namespace prelabel
