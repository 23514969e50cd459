"""Runs what can be awaited for the other process, step by step, in a loop that lasts as long as the process.

So coroutines of this side that the other side runs at the same time do run at the same time, and what they share belongs to one loop.
"""
STEP = 0.001  # seconds; so long a step may wait


def step(peer, number, awaitable, error):
    """Whether the awaitable has ended, and its result."""
    import asyncio
    outer = asyncio._get_running_loop()
    if peer.loop is None or peer.loop.is_running():
        peer.loop = asyncio.new_event_loop()
    loop = peer.loop
    asyncio._set_running_loop(None)
    try:
        task = peer.tasks.get(number)
        if task is not None and task.get_loop().is_running():
            raise RuntimeError("a coroutine waits for itself")
        if task is None:
            if isinstance(error, GeneratorExit):
                if hasattr(awaitable, "close"):
                    awaitable.close()
                return True, None
            if error is not None:
                awaitable.throw(error)
            peer.tasks[number] = task = loop.create_task(_await(awaitable))
            task.add_done_callback(lambda _: task.get_loop().stop())
        elif error is not None:
            if isinstance(error, (asyncio.CancelledError, GeneratorExit)):
                task.cancel()
            else:
                raise error
        loop = task.get_loop()
        if not task.done():
            timer = loop.call_later(STEP, loop.stop)
            loop.run_forever()
            timer.cancel()
        if not task.done():
            return False, None
        if isinstance(error, GeneratorExit):
            return True, None
        return True, task.result()
    finally:
        asyncio._set_running_loop(outer)


async def _await(awaitable):
    return await awaitable
