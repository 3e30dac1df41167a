from unittest import mock
mock.patch("lib.f", lambda: 1).start()
