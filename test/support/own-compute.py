"""nova-compute with Nova's fake driver, which copies the image of a server as real drivers do: a build fails where it is gone."""

import ctypes
import os
import signal
import sys

from nova.image import glance
from nova.virt import fake

# It ends with the test that started it, however that ends.
ctypes.CDLL(None).prctl(1, signal.SIGKILL)

spawn = fake.FakeDriver.spawn


def spawn_with_image(self, context, instance, image_meta, *args, **kwargs):
    glance.API().get(context, image_meta.id)
    return spawn(self, context, instance, image_meta, *args, **kwargs)


fake.FakeDriver.spawn = spawn_with_image
fake.FakeDriver.memory_mb = int(os.environ.get("OWN_MEMORY_MIB", "8192"))

from nova.cmd.compute import main  # noqa: E402

sys.exit(main())
