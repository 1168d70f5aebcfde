"""What finding places is held against: aiohttp and motor with nothing in between.

    python -m benchmarks.bare_places PORT MONGO_URL DATABASE

GET /near?latitude&longitude&radius_m&limit   the documents nearest to a point, as they lie there, joined
"""

import asyncio
import sys

from aiohttp import web

from ocpi.objects.selection import COLLECTION
from ocpi.process.mongo import Mongo
from ocpi.process.run import main


async def serve(port: int, url: str, database: str) -> None:
    objects = (await Mongo.connect(url, database)).collection(COLLECTION)

    async def near(request: web.Request) -> web.Response:
        asked, limit = request.query, int(request.query["limit"])
        point = {"type": "Point", "coordinates": [float(asked["longitude"]), float(asked["latitude"])]}
        around = {"$geometry": point, "$maxDistance": float(asked["radius_m"])}
        found = objects.find({"place.at": {"$nearSphere": around}}, {"_id": False, "place.shown": True})
        rows = await found.limit(limit).batch_size(limit + 1).to_list(None)
        body = b"[" + b",".join([row["place"]["shown"] + b"}" for row in rows]) + b"]"
        return web.Response(body=body, content_type="application/json")

    application = web.Application()
    application.add_routes([web.get("/near", near)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(main(lambda: serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])))
