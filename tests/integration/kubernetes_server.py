"""What kubectl needs of a Kubernetes API server, on this machine and over plain HTTP: discovery, pods
and secrets of one namespace. A pod's worker container is a process here, with files of this machine
in the place of its volumes. It is no cluster: there is no scheduler but a number of places, no
image, no other controller, and nothing but what the tests ask for."""

import base64
import contextlib
import copy
import datetime
import http.server
import json
import os
import re
import signal
import subprocess
import threading
import urllib.parse
import uuid

import cluster

NAMESPACE = "work"


def expand(word, env):
    """$(NAME) as Kubernetes replaces it in arguments; $$ is $."""
    return re.sub(r"\$(\$|\((\w+)\))",
                  lambda m: "$" if m[1] == "$" else env.get(m[2], m[0]), word)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Refused(Exception):
    def __init__(self, code, reason, message):
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message


class KubernetesServer:
    """`folder`: for volumes and logs. `places`: how many pods run at once. `programs`: a folder where
    the images' programs are."""

    def __init__(self, folder, programs, places):
        self.folder = folder
        self.programs = programs
        self.places = places
        self.quota = None  # how many pods there may be
        self.lock = threading.RLock()
        self.pods = {}
        self.secrets = {}
        self.node_secrets = {}  # what the node keeps of them
        self.processes = {}
        self.seen = []  # every manifest of a pod that came
        self.requests = []  # (verb, path without its query)
        folder.mkdir()
        self.kubeconfig = folder / "kubeconfig"
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                try:
                    code, answer = server.answer(self.command, self.path, body)
                except Refused as refused:
                    code, answer = refused.code, {
                        "kind": "Status", "apiVersion": "v1", "status": "Failure",
                        "reason": refused.reason, "message": refused.message, "code": refused.code}
                text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                kind = "text/plain" if isinstance(answer, bytes) else "application/json"
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = serve

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "clusters": [{"name": "here", "cluster": {
                "server": f"http://127.0.0.1:{self.http.server_address[1]}"}}],
            "users": [{"name": "me", "user": {}}],
            "contexts": [{"name": "here", "context": {
                "cluster": "here", "user": "me", "namespace": NAMESPACE}}]}))
        # kubectl caches what it discovered below HOME.
        self.env = {"KUBECONFIG": str(self.kubeconfig), "HOME": str(folder)}

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        with self.lock:
            processes = list(self.processes.values())
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()

    # ---- the API

    def used(self):
        """What was done with which resource, as a Role names it."""
        done = set()
        for verb, path in self.requests:
            match = re.fullmatch(r"/api/v1/namespaces/[^/]+/(pods|secrets)(?:/[^/]+(/log)?)?", path)
            if match is None:
                continue
            named = path.rstrip("/").split("/")[-1] != match[1]
            name = match[1] + (match[2] or "")
            done.add((name, {"POST": "create", "DELETE": "delete"}.get(
                verb, "get" if named else "list")))
        return done

    def answer(self, verb, target, body):
        url = urllib.parse.urlsplit(target)
        query = dict(urllib.parse.parse_qsl(url.query))
        with self.lock:
            self.requests.append((verb, url.path))
        fixed = {
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
            "/version": {"major": "1", "minor": "32", "gitVersion": "v1.32.0"},
            "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [
                {"name": name, "singularName": name[:-1], "namespaced": True, "kind": kind,
                 "verbs": ["create", "delete", "get", "list"]}
                for name, kind in (("pods", "Pod"), ("secrets", "Secret"))]},
            # That the server itself looks for unknown fields; kubectl asks what PATCH takes.
            "/openapi/v3": {"paths": {"api/v1": {
                "serverRelativeURL": "/openapi/v3/api/v1?hash=1"}}},
            "/openapi/v3/api/v1": {"openapi": "3.0.0", "info": {"title": "K", "version": "1"}, "paths": {
                f"/api/v1/namespaces/{{namespace}}/{name}/{{name}}": {"patch": {
                    "parameters": [{"name": "fieldValidation", "in": "query",
                                    "schema": {"type": "string"}}],
                    "responses": {},
                    "x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": kind}}}
                for name, kind in (("pods", "Pod"), ("secrets", "Secret"))}},
        }
        if verb == "GET" and url.path in fixed:
            return 200, fixed[url.path]
        match = re.fullmatch(r"/api/v1/namespaces/([^/]+)/(pods|secrets)(?:/([^/]+))?(/log)?", url.path)
        if match is None:
            raise Refused(404, "NotFound", "the server could not find the requested resource")
        namespace, kind, name, log = match.groups()
        if namespace != NAMESPACE:
            raise Refused(403, "Forbidden", f'{kind} is forbidden: User "me" cannot work in the '
                                            f'namespace "{namespace}"')
        with self.lock:
            self.look()
            if log:
                return 200, self.log(name, int(query.get("tailLines", 1 << 30)))
            served = getattr(self, f"{verb.lower()}_{kind}", None)
            if served is None:
                raise Refused(403, "Forbidden", f"nobody may {verb} {kind} here")
            return served(name, query, body)

    @staticmethod
    def chosen(objects, query):
        wanted = [pair.split("=") for pair in query.get("labelSelector", "").split(",") if pair]
        return [o for o in objects if all(o["metadata"].get("labels", {}).get(k) == v
                                          for k, v in wanted)]

    def get_pods(self, name, query, _):
        if name:
            return 200, self.one(self.pods, "pods", name)
        return 200, {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"},
                     "items": self.chosen(self.pods.values(), query)}

    @staticmethod
    def one(objects, kind, name):
        if name not in objects:
            raise Refused(404, "NotFound", f'{kind} "{name}" not found')
        return objects[name]

    def admit(self, objects, kind, body):
        made = json.loads(body)
        name = made["metadata"]["name"]
        if name in objects:
            raise Refused(409, "AlreadyExists", f'{kind} "{name}" already exists')
        made["metadata"].update(namespace=NAMESPACE, uid=str(uuid.uuid4()), creationTimestamp=now())
        objects[name] = made
        return made

    def post_secrets(self, _, __, body):
        made = self.admit(self.secrets, "secrets", body)
        made["data"] = {k: base64.b64encode(v.encode()).decode()
                        for k, v in made.pop("stringData", {}).items()}
        return 201, made

    def delete_secrets(self, name, *_):
        self.one(self.secrets, "secrets", name)
        del self.secrets[name]
        return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}

    def post_pods(self, _, query, body):
        if query.get("fieldValidation") != "Strict":
            raise Refused(400, "BadRequest", "these tests look for unknown fields, too")
        if self.quota is not None and len(self.pods) >= self.quota:
            raise Refused(403, "Forbidden", f"exceeded quota: pods={self.quota}")
        made = self.admit(self.pods, "pods", body)
        self.seen.append(copy.deepcopy(json.loads(body)))
        made["status"] = {"phase": "Pending"}
        self.look()
        return 201, made

    def delete_pods(self, name, *_):
        pod = self.one(self.pods, "pods", name)
        if "deletionTimestamp" not in pod["metadata"]:
            pod["metadata"]["deletionTimestamp"] = now()
            process = self.processes.get(name)
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        answer = copy.deepcopy(pod)
        self.look()
        return 200, answer

    # ---- the node

    def log_file(self, name):
        return self.folder / f"{name}.txt"

    def log(self, name, lines):
        self.one(self.pods, "pods", name)
        text = self.log_file(name).read_bytes() if self.log_file(name).exists() else b""
        return b"".join(text.splitlines(keepends=True)[-lines:])

    def running(self):
        """Names of the pods whose process runs."""
        with self.lock:
            self.look()
            return [name for name, pod in self.pods.items() if pod["status"]["phase"] == "Running"]

    def look(self):
        """Notices which processes have ended, and starts pods that wait."""
        for name in list(self.pods):
            pod, process = self.pods[name], self.processes.get(name)
            deleted = "deletionTimestamp" in pod["metadata"]
            if process is not None and process.poll() is not None:
                self.end(pod, process.returncode)
            if deleted and (process is None or process.poll() is not None):
                del self.pods[name]
        free = self.places - sum(p["status"]["phase"] == "Running" for p in self.pods.values())
        for pod in self.pods.values():
            if free > 0 and pod["status"]["phase"] == "Pending":
                self.start(pod)
                free -= 1

    @staticmethod
    def secret_names(pod):
        return [v["secret"]["secretName"] for v in pod["spec"].get("volumes", []) if "secret" in v]

    def known_to_node(self, name):
        """A kubelet asks for an immutable Secret again once no pod of its node mounts that name."""
        if not any(name in self.secret_names(pod) for other, pod in self.pods.items()
                   if other in self.processes):
            self.node_secrets.pop(name, None)
        data = self.secrets[name]["data"]
        return self.node_secrets.setdefault(name, data) if self.secrets[name].get("immutable") else data

    def container(self, pod):
        return next(c for c in pod["spec"]["containers"] if c["name"] == "worker")

    def start(self, pod):
        name = pod["metadata"]["name"]
        container = self.container(pod)
        places = {}
        for volume in pod["spec"].get("volumes", []):
            place = self.folder / name / volume["name"]
            place.mkdir(parents=True)
            if "secret" in volume:
                data = self.known_to_node(volume["secret"]["secretName"])
                for file, text in data.items():
                    (place / file).write_bytes(base64.b64decode(text))
            for mount in container.get("volumeMounts", []):
                if mount["name"] == volume["name"]:
                    places[mount["mountPath"]] = str(place)
        env = {e["name"]: e["value"] for e in container.get("env", [])}
        words = [expand(w, env) for w in container.get("command", []) + container.get("args", [])]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PRELABEL_")}
        kept.update(env, PATH=f"{self.programs}:{os.environ['PATH']}", HOSTNAME=name)
        with open(self.log_file(name), "wb") as log:
            self.processes[name] = subprocess.Popen(
                cluster.here(words, places), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=kept)
        pod["status"] = {"phase": "Running", "containerStatuses": [
            {"name": "worker", "ready": True, "restartCount": 0, "image": container["image"],
             "imageID": "", "state": {"running": {"startedAt": now()}}}]}

    def end(self, pod, code):
        if pod["status"]["phase"] != "Running":
            return
        pod["status"]["phase"] = "Succeeded" if code == 0 else "Failed"
        pod["status"]["containerStatuses"][0]["state"] = {"terminated": {
            "exitCode": code if code >= 0 else 128 - code,
            "reason": "Completed" if code == 0 else "Error", "finishedAt": now()}}

    def evict(self, name):
        """What the scheduler does to make room for a more important pod: the object stays a while."""
        with self.lock:
            pod = self.pods[name]
            pod["status"].setdefault("conditions", []).append({
                "type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler",
                "message": "preempting", "lastTransitionTime": now()})
            self.processes[name].send_signal(signal.SIGTERM)

    def crash(self, name):
        with self.lock:
            self.processes[name].kill()

    def kubectl(self, *words):
        done = subprocess.run(["kubectl", *words], env={**os.environ, **self.env}, text=True,
                              capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout
