// A report that was made up: two dozen classes with plausible figures, drift, slices, an audit and
// names that try to break out of the page. For tests of the formats, and to look at.
#pragma once

#include <vector>

#include "coordinator/report/report.h"

namespace prelabel {

// What users may call things: markup, quotes, what ends a script, controls, bytes that are no text.
inline constexpr const char* kHostileName =
    "<img src=x onerror=alert(1)>\"'&</script><!-- \x01\xFF";

// `pictures` are shown with boxes on them; each needs its size and JPEG.
Report ExampleReport(const std::vector<SamplePicture>& pictures = {});

// The same run with neither reference nor audit.
Report ExampleWithoutReference(const std::vector<SamplePicture>& pictures = {});

// Another run of the same job, with a model that knows one class more and another less; no audit.
Report ExampleOfAnotherModel();

}  // namespace prelabel
