from unittest import mock
mock.patch("lib.f", lambda: 2).start()
