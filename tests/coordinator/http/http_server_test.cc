// Over real sockets of this machine: what the limits promise. (What browsers and scrapers see is
// tests/integration/live_page_test.py.)
#include "coordinator/http/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const timeval patience{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& text) { send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  // Everything until the other side closes (or 20 s pass).
  std::string ReadAll() {
    std::string all;
    char bytes[4096];
    for (ssize_t n = 0; (n = recv(socket_, bytes, sizeof bytes, 0)) > 0;) {
      all.append(bytes, static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  int socket_;
  bool connected_ = false;
};

std::unique_ptr<HttpServer> Serve(HttpLimits limits = {}) {
  auto server = HttpServer::Start(
      "127.0.0.1", 0,
      [](const HttpRequest& request) -> HttpResponse {
        if (request.target == "/throw") throw std::runtime_error("oh");
        const std::string text = request.target == "/large" ? std::string(5'000'000, 'x')
                                                            : request.method + request.target;
        return {200, "text/plain", {{"X-Host", request.host}}, std::make_shared<std::string>(text)};
      },
      limits);
  EXPECT_TRUE(server.has_value());
  return std::move(server).value();
}

std::string Ask(const HttpServer& server, const std::string& head) {
  Client client(server.port());
  client.Send(head + "\r\nHost: h\r\nConnection: close\r\n\r\n");
  return client.ReadAll();
}

TEST(HttpServer, AnswersInOneConnectionAsOftenAsAsked) {
  const auto server = Serve();
  Client client(server->port());
  client.Send(
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: i\r\nConnection: close\r\n\r\n");
  const std::string all = client.ReadAll();
  EXPECT_THAT(all, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(all, HasSubstr("X-Host: h\r\n"));
  EXPECT_THAT(all, HasSubstr("GET/a"));
  EXPECT_THAT(all, HasSubstr("GET/b"));
}

TEST(HttpServer, AHeadHasALengthAndNoBody) {
  const std::string answer = Ask(*Serve(), "HEAD /abc HTTP/1.1");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(HttpServer, LargeResponsesArriveWhole) {
  const std::string answer = Ask(*Serve(), "GET /large HTTP/1.1");
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 5'000'000U);
}

TEST(HttpServer, WhatAHandlerThrowsIsAnAnswer) {
  EXPECT_THAT(Ask(*Serve(), "GET /throw HTTP/1.1"), StartsWith("HTTP/1.1 500 "));
}

TEST(HttpServer, WhatIsNoRequestOrTooLargeIsRefusedAndClosed) {
  const auto server = Serve();
  EXPECT_THAT(Ask(*server, "\x16\x03\x01 hello"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask(*server, "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x')),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Ask(*server, "POST / HTTP/1.1\r\nContent-Length: 100000000"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Ask(*server, "GET /after HTTP/1.1"), HasSubstr("GET/after"));
}

TEST(HttpServer, AByteNowAndThenBuysNoTime) {
  HttpLimits limits;
  limits.request = milliseconds(300);
  const auto server = Serve(limits);
  Client slow(server->port());
  for (int i = 0; i < 10; ++i) {
    slow.Send("G");
    usleep(100'000);
  }
  EXPECT_EQ(slow.ReadAll(), "");
}

TEST(HttpServer, WhoTakesNothingIsDropped) {
  HttpLimits limits;
  limits.stalled = milliseconds(300);
  const auto server = Serve(limits);
  Client client(server->port());
  client.Send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  usleep(1'500'000);
  EXPECT_LT(client.ReadAll().size(), 5'000'000U);
}

TEST(HttpServer, ConnectionsThatSayNothingMakeRoomForThoseThatDo) {
  HttpLimits limits;
  limits.connections = 4;
  const auto server = Serve(limits);
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 50; ++i) {
    idle.push_back(std::make_unique<Client>(server->port()));
    EXPECT_TRUE(idle.back()->connected());
  }
  EXPECT_THAT(Ask(*server, "GET /here HTTP/1.1"), HasSubstr("GET/here"));
  EXPECT_EQ(idle.front()->ReadAll(), "");  // closed long before its time was over
}

TEST(HttpServer, TwoCannotHaveOnePort) {
  const auto server = Serve();
  const auto other = HttpServer::Start("127.0.0.1", server->port(), {});
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kUnavailable);
}

TEST(HttpServer, FinishLetsResponsesEnd) {
  const auto server = Serve();
  Client waiting(server->port());
  Client reading(server->port());
  reading.Send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  usleep(200'000);
  std::string answer;
  std::thread reader([&] { answer = reading.ReadAll(); });
  server->Finish(milliseconds(10'000));
  reader.join();
  EXPECT_GT(answer.size(), 5'000'000U);
  EXPECT_EQ(waiting.ReadAll(), "");
}

}  // namespace
}  // namespace prelabel
