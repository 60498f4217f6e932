#include "common/wire/zmq_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace prelabel {
namespace {

using std::chrono::milliseconds;

std::optional<Received> ReceiveWithin(Transport& transport, milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    if (auto message = transport.Receive()) return message;
    transport.Wait(milliseconds(20));
  }
  return std::nullopt;
}

TEST(ZmqTransport, CarriesMessagesBothWays) {
  auto coordinator = BindCoordinator("tcp://127.0.0.1:0");
  ASSERT_TRUE(coordinator.has_value());
  EXPECT_THAT(coordinator.value().endpoint, ::testing::StartsWith("tcp://127.0.0.1:"));
  auto worker = ConnectWorker(coordinator.value().endpoint);
  ASSERT_TRUE(worker.has_value());

  const std::string large(3 << 20, 'x');
  EXPECT_EQ(worker.value()->Send("", large), SendStatus::kSent);
  const auto got = ReceiveWithin(*coordinator.value().transport, milliseconds(5000));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->bytes, large);
  EXPECT_FALSE(got->peer.empty());

  EXPECT_EQ(coordinator.value().transport->Send(got->peer, "back"), SendStatus::kSent);
  const auto answer = ReceiveWithin(*worker.value(), milliseconds(5000));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->bytes, "back");
}

TEST(ZmqTransport, ToldOfAPeerThatDoesNotExist) {
  auto coordinator = BindCoordinator("tcp://127.0.0.1:0");
  ASSERT_TRUE(coordinator.has_value());
  EXPECT_EQ(coordinator.value().transport->Send("nobody", "hello"), SendStatus::kUnreachable);
}

TEST(ZmqTransport, ASecondBindSaysThatTheAddressIsInUse) {
  auto first = BindCoordinator("tcp://127.0.0.1:0");
  ASSERT_TRUE(first.has_value());
  auto second = BindCoordinator(first.value().endpoint);
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(BindCoordinator("nonsense").has_error());
}

TEST(ZmqTransport, WakeEndsAWaitFromAnotherThread) {
  auto coordinator = BindCoordinator("tcp://127.0.0.1:0");
  ASSERT_TRUE(coordinator.has_value());
  Transport& transport = *coordinator.value().transport;
  std::thread waker([&] { transport.Wake(); });
  transport.Wait(std::chrono::hours(1));  // returns only because of Wake
  waker.join();
}

}  // namespace
}  // namespace prelabel
