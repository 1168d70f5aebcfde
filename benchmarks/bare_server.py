"""What the platforms are held against: aiohttp and motor with nothing in between.

    python -m benchmarks.bare_server PORT MONGO_URL DATABASE

GET /page?from=…   fifty documents as they lie in the database, joined
PUT /sessions/{id} one upsert, in the journal of a majority
POST /cards/{id}    one document as it lies in the database, read by its id
"""

import asyncio
import sys
from datetime import datetime

from aiohttp import web

from ocpi.objects.selection import BY_CREATION, COLLECTION
from ocpi.process.mongo import Mongo
from ocpi.process.run import main

PAGE = 50


async def serve(port: int, url: str, database: str) -> None:
    mongo = await Mongo.connect(url, database)
    objects, sessions = mongo.collection(COLLECTION), mongo.collection("bare_sessions")

    async def page(request: web.Request) -> web.Response:
        wanted = {
            "kind": "location",
            "deleted": False,
            "last_updated": {"$gte": datetime.fromisoformat(request.query["from"])},
        }
        found = objects.find(wanted, {"body": True}).sort("seq").hint(BY_CREATION.name).limit(PAGE)
        rows = await found.to_list(None)
        body = b"[" + b",".join([row["body"] for row in rows]) + b"]"
        return web.Response(body=body, content_type="application/json")

    async def put(request: web.Request) -> web.Response:
        body = await request.read()
        await sessions.update_one(
            {"_id": request.match_info["session"]}, {"$set": {"body": body}}, upsert=True
        )
        return web.Response(body=b'{"stored":true}', content_type="application/json")

    async def card(request: web.Request) -> web.Response:
        await request.read()
        row = await objects.find_one({"_id": request.match_info["card"]}, {"body": True})
        if row is None:
            raise web.HTTPNotFound
        return web.Response(body=row["body"], content_type="application/json")

    application = web.Application()
    application.add_routes(
        [web.get("/page", page), web.put("/sessions/{session}", put), web.post("/cards/{card:.+}", card)]
    )
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(main(lambda: serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])))
