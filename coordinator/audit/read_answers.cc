#include "coordinator/audit/read_answers.h"

namespace prelabel {

Result<void> ReadAuditAnswers(std::istream& in, AnswerCollector& collector) {
  const std::istream::pos_type start = in.tellg();
  char first = 0;
  while (in.get(first) && (first == ' ' || first == '\t' || first == '\r' || first == '\n')) {
  }
  if (!in) return InvalidArgument("the file is empty");
  in.seekg(start);
  if (first == '<' || first == '\xEF')
    return ReadCvatAnswers(in, collector);  // or a byte order mark
  if (first == '[') return ReadLabelStudioAnswers(in, collector);
  if (first == '{') return ReadCocoAnswers(in, collector);
  return InvalidArgument(
      "the file is neither XML of CVAT for images nor JSON of Label Studio or COCO");
}

}  // namespace prelabel
